"""Which zone people mean who name a city, a country or the letters on their clock."""

import difflib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from domain.errors import Refusal
from domain.local_time import zone, zone_names

ALIKE = 0.75
"""How much of a name must be right, so that another one is offered for it."""
_ALSO_CALLED = {
    "America/Chicago": "austin, cdt, cst, dallas, houston, minneapolis, nashville, new orleans, san antonio",
    "America/Denver": "mdt, albuquerque, salt lake city",
    "America/Los_Angeles": (
        "la, las vegas, pacific time, pdt, portland, pst, san diego, san francisco, san jose, seattle, sf"
    ),
    "America/New_York": (
        "atlanta, baltimore, boston, brooklyn, charlotte, cleveland, eastern time, edt, miami, nyc, orlando, "
        "philadelphia, pittsburgh, raleigh, washington, washington dc"
    ),
    "America/Toronto": "ottawa, quebec",
    "America/Edmonton": "calgary",
    "America/Sao_Paulo": "brasilia, brt, porto alegre, rio, rio de janeiro",
    "America/Argentina/Buenos_Aires": "argentina",
    "America/Bogota": "colombia, medellin",
    "America/Lima": "peru",
    "America/Santiago": "chile",
    "America/Montevideo": "uruguay",
    "America/Mexico_City": "guadalajara",
    "Europe/Amsterdam": "netherlands, rotterdam, the hague, utrecht",
    "Europe/Athens": "greece",
    "Europe/Belgrade": "serbia",
    "Europe/Berlin": (
        "cologne, dresden, dusseldorf, düsseldorf, frankfurt, germany, hamburg, hannover, köln, leipzig, "
        "munich, münchen, nuremberg, stuttgart"
    ),
    "Europe/Brussels": "antwerp, belgium, ghent",
    "Europe/Bucharest": "cluj, romania",
    "Europe/Budapest": "hungary",
    "Europe/Copenhagen": "aarhus, denmark",
    "Europe/Dublin": "cork, ireland, ist",
    "Europe/Helsinki": "finland, tampere",
    "Europe/Istanbul": "ankara, turkey, türkiye",
    "Europe/Kyiv": "kharkiv, lviv, ukraine",
    "Europe/Lisbon": "porto",
    "Europe/London": "belfast, birmingham, bristol, bst, cambridge, cardiff, edinburgh, england, glasgow, "
    "leeds, liverpool, manchester, oxford, scotland, uk, united kingdom, wales",
    "Europe/Madrid": "barcelona, bilbao, malaga, málaga, seville, sevilla, valencia",
    "Europe/Moscow": "msk, saint petersburg, st petersburg",
    "Europe/Oslo": "bergen, norway",
    "Europe/Paris": "bordeaux, france, grenoble, lille, lyon, marseille, nantes, nice, toulouse",
    "Europe/Prague": "brno, czech republic, czechia",
    "Europe/Rome": "bologna, florence, italy, milan, milano, naples, roma, turin, torino, venice",
    "Europe/Sofia": "bulgaria",
    "Europe/Stockholm": "goteborg, gothenburg, göteborg, malmo, malmö, sweden",
    "Europe/Vienna": "austria, graz, salzburg, wien",
    "Europe/Warsaw": "gdansk, krakow, kraków, warszawa, wroclaw",
    "Europe/Zurich": "basel, bern, geneva, genève, lausanne, switzerland, zürich",
    "Africa/Cairo": "alexandria",
    "Africa/Johannesburg": "cape town, durban, pretoria, south africa",
    "Africa/Lagos": "abuja, nigeria",
    "Africa/Nairobi": "kenya, mombasa",
    "Asia/Bangkok": "chiang mai, thailand",
    "Asia/Dubai": "abu dhabi, uae",
    "Asia/Ho_Chi_Minh": "hanoi, saigon, vietnam",
    "Asia/Jakarta": "bandung",
    "Asia/Jerusalem": "haifa, ist",
    "Asia/Karachi": "islamabad, lahore, pakistan",
    "Asia/Kathmandu": "nepal",
    "Asia/Kolkata": (
        "ahmedabad, bangalore, bengaluru, bombay, chennai, delhi, goa, hyderabad, india, ist, jaipur, kochi, "
        "mumbai, new delhi, noida, pune"
    ),
    "Asia/Manila": "cebu, philippines, quezon city",
    "Asia/Riyadh": "jeddah, saudi arabia",
    "Asia/Seoul": "busan, kst, south korea",
    "Asia/Shanghai": "beijing, china, guangzhou, hangzhou, shenzhen",
    "Asia/Tokyo": "jst, kyoto, nagoya, osaka, yokohama",
    "Australia/Sydney": "aedt, aest, canberra",
    "Pacific/Auckland": "christchurch, new zealand, nzdt, nzst, wellington",
}
"""Zones by a city of their own have that name already; these are others that many people live in."""
_SEVERAL = {
    "australia": ("Australia/Sydney", "Australia/Adelaide", "Australia/Perth"),
    "brazil": ("America/Sao_Paulo", "America/Manaus", "America/Fortaleza"),
    "canada": ("America/Toronto", "America/Winnipeg", "America/Vancouver"),
    "cest": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid"),
    "eest": ("Europe/Athens", "Europe/Helsinki", "Europe/Kyiv"),
    "indonesia": ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"),
    "mexico": ("America/Mexico_City", "America/Cancun", "America/Tijuana"),
    "russia": ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Vladivostok"),
    "spain": ("Europe/Madrid", "Atlantic/Canary"),
    "us": ("America/New_York", "America/Chicago", "America/Los_Angeles"),
    "usa": ("America/New_York", "America/Chicago", "America/Los_Angeles"),
}


def find_zone(text: str) -> str:
    """The IANA name meant by `text`, forgiving about case, blanks, a missing continent and an added country.

    Raises:
        Refusal: no zone, or several, could be meant; the sentence names close ones.
    """
    typed = " ".join(text.replace("_", " ").split())
    city, comma, _ = typed.partition(",")
    found = _named(typed.replace(",", "")) or (_named(city) if comma else ())
    if found in _SEVERAL.values() or len({_clock(name) for name in found}) > 1:
        raise Refusal(f"“{typed}” could be {_or(found)}. Which one?")
    if not found:
        close = suggest_zones(city)
        hint = f"Did you mean {_or(close)}?" if close else "Try the nearest big city, as in `Europe/Madrid`."
        raise Refusal(f"I do not know the time zone “{typed}”. {hint}")
    return found[0]


def _named(typed: str) -> tuple[str, ...]:
    """The zone of exactly that name, else those of a city or country of that name."""
    wanted = typed.replace(" ", "_").casefold()
    exact = tuple(name for name in zone_names() if name.casefold() == wanted)
    cities = sorted(name for name in zone_names() if name.rpartition("/")[2].casefold() == wanted)
    return exact or tuple(cities) or also_called().get(wanted, ())


def suggest_zones(text: str, most: int = 3) -> list[str]:
    """Zones whose name, or that of a place in them, is much like `text`."""
    wanted = text.strip().replace(" ", "_").casefold().rpartition("/")[2]
    names = {name.rpartition("/")[2].casefold(): (name,) for name in sorted(zone_names()) if "/" in name}
    named = {**also_called(), **names}
    close = difflib.get_close_matches(wanted, named, most, ALIKE)
    return list(dict.fromkeys(name for each in close for name in named[each]))[:most]


@lru_cache(maxsize=1)
def also_called() -> dict[str, tuple[str, ...]]:
    """The zones of each place, written like a zone: `new_delhi`."""
    found: dict[str, tuple[str, ...]] = dict(_SEVERAL)
    for name, places in _ALSO_CALLED.items():
        for place in places.replace(" ", "_").split(",_"):
            found[place] = (*found.get(place, ()), name)
    return found


def _clock(name: str) -> tuple[timedelta | None, ...]:
    """How far ahead of UTC it is in winter and in summer; names of one place agree."""
    return tuple(zone(name).utcoffset(datetime(2026, month, 1)) for month in (1, 7))  # noqa: DTZ001 -- wall times


def _or(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
