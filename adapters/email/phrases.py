"""Words by which lines that are not hers are known, in the languages that mail programs speak."""

import re

SENT_FROM = (
    *(
        "sent from",
        "sent via",
        "sent with",
        "get outlook for",
        "gesendet von",
        "von",
        "verschickt von",
        "envoyé de",
    ),
    *(
        "envoyé depuis",
        "envoyé à partir de",
        "télécharger outlook pour",
        "obtenez outlook pour",
        "enviado desde",
    ),
    *(
        "enviado do",
        "enviado a partir do",
        "enviado de",
        "enviat des de",
        "obtener outlook para",
        "inviato da",
    ),
    *("obter o outlook para", "inviato dal", "scarica outlook per", "verzonden vanaf", "verstuurd vanaf"),
    *(
        "outlook voor",
        "skickat från",
        "sendt fra",
        "hent outlook til",
        "lähetetty",
        "hanki outlook",
        "wysłane z",
    ),
    *("wysłano z", "odesláno z", "отправлено с", "отправлено из", "надіслано з", "gửi từ", "trimis de pe"),
    *("στάλθηκε από", "发自我的", "從我的", "从我的", "發自我的", "나의", "내"),
)
"""What the line that a phone adds begins with; a device must follow within two words."""
SENT_WITH = ("から送信", "에서 보냄", "eszközömről küldve")
"""What it ends in, in languages where the device comes first."""
DEVICES = (
    *(
        "iphone",
        "ipad",
        "android",
        "samsung",
        "galaxy",
        "outlook",
        "blackberry",
        "windows",
        "xperia",
        "huawei",
    ),
    *(
        "xiaomi",
        "redmi",
        "pixel",
        "nokia",
        "lumia",
        "motorola",
        "smartphone",
        "handy",
        "mobil",
        "móvil",
        "mobiel",
    ),
    *("telefon", "teléfono", "téléphone", "phone", "tablet", "yahoo", "gmail", "proton", "fairphone", "ios"),
    *(
        "thunderbird",
        "mailbird",
        "k-9",
        "手机",
        "手機",
        "airmail",
        "spark",
        "webmail",
        "aqua",
        "mail",
        "verizon",
    ),
    *("t-mobile", "at&t", "htc", "oneplus", "dispositivo", "appareil", "mac"),
)
_GREETINGS = (
    *(
        "hi",
        "hello",
        "hey",
        "hiya",
        "dear",
        "good morning",
        "good afternoon",
        "good evening",
        "hallo",
        "liebe",
    ),
    *("liebes", "guten morgen", "guten tag", "guten abend", "moin", "bonjour", "bonsoir", "salut", "hola"),
    *("buenas", "buenas tardes", "buenos días", "ciao", "buongiorno", "buonasera", "olá", "oi", "hej", "hei"),
    *("hoi", "cześć", "dzień dobry", "привет", "здравствуйте", "добрый день"),
)
_CLOSINGS = (
    *(
        "thanks",
        "thank you",
        "many thanks",
        "thx",
        "cheers",
        "best",
        "best regards",
        "kind regards",
        "regards",
    ),
    *(
        "warm regards",
        "sincerely",
        "yours",
        "all the best",
        "talk soon",
        "danke",
        "viele grüße",
        "beste grüße",
    ),
    *("liebe grüße", "mit freundlichen grüßen", "gruß", "grüße", "lg", "vg", "mfg", "merci", "cordialement"),
    *("bien à vous", "bonne soirée", "gracias", "saludos", "un saludo", "un abrazo", "grazie", "saluti"),
    *("cordiali saluti", "obrigado", "obrigada", "abraços", "atenciosamente", "groet", "groeten", "groetjes"),
    *("met vriendelijke groet", "mvh", "hälsningar", "med vänlig hälsning", "hilsen", "terveisin"),
    *("pozdrawiam", "спасибо", "с уважением"),
)


def _any_of(words: tuple[str, ...]) -> str:
    return "(?:" + "|".join(re.escape(each) for each in words) + ")"


GREETING = re.compile(_any_of(_GREETINGS) + r"(?: [^\d,.:;!?-]{1,30})?[,!.]?", re.IGNORECASE)
CLOSING = re.compile(_any_of(_CLOSINGS) + r"[\s,!.]*", re.IGNORECASE)
HEADER_NAMES = {
    **dict.fromkeys(
        ("from", "von", "de", "da", "van", "från", "fra", "od", "lähettäjä", "от", "от кого", "від"), "from"
    ),
    **dict.fromkeys(("发件人", "寄件者", "差出人", "보낸 사람"), "from"),
    **dict.fromkeys(
        ("sent", "date", "gesendet", "datum", "envoyé", "envoyé le", "enviado", "enviado el"), "date"
    ),
    **dict.fromkeys(
        ("fecha", "data", "inviato", "verzonden", "skickat", "sendt", "dato", "wysłano", "lähetetty"), "date"
    ),
    **dict.fromkeys(("дата", "отправлено", "发送时间", "日期", "送信日時", "日時", "보낸 날짜"), "date"),
    **dict.fromkeys(
        ("to", "an", "à", "para", "a", "aan", "till", "til", "do", "кому", "收件人", "宛先", "받는 사람"),
        "to",
    ),
    **dict.fromkeys(
        ("subject", "betreff", "objet", "asunto", "oggetto", "assunto", "onderwerp", "ämne", "emne"),
        "subject",
    ),
    **dict.fromkeys(("temat", "aihe", "тема", "主题", "主旨", "件名", "제목"), "subject"),
}
