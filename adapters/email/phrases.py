"""Words by which lines that are not hers are known, in the languages that mail programs speak."""

import re

SENT_FROM = (
    *(
        "sent from",
        "sent via",
        "sent with",
        "get outlook for",
        "gesendet von",
        "von meinem",
        "diese nachricht wurde von",
    ),
    *("envoyé de", "envoyé depuis", "envoyé à partir", "télécharger outlook", "obtenez outlook"),
    *(
        "enviado desde",
        "enviado do",
        "enviado a partir",
        "enviado de",
        "enviat des",
        "obtener outlook",
        "obter o outlook",
    ),
    *("inviato da", "inviato dal", "scarica outlook", "verzonden vanaf", "verstuurd vanaf", "outlook voor"),
    *(
        "skickat från",
        "skickades från",
        "sendt fra",
        "sendt med",
        "hent outlook",
        "lähetetty",
        "hanki outlook",
    ),
    *("wysłane z", "wysłano z", "odesláno z", "отправлено с", "отправлено из", "надіслано з", "từ", "gửi từ"),
    *(
        "trimis de pe",
        "küldve",
        "στάλθηκε από",
        "iphoneから",
        "ipadから",
        "发自我的",
        "从我的",
        "發自我的",
        "나의 ",
        "내 ",
    ),
)
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
    *(
        "telefon",
        "teléfono",
        "téléphone",
        "my phone",
        "tablet",
        "yahoo",
        "gmail",
        "proton",
        "fairphone",
        "ios",
    ),
    *(
        "thunderbird",
        "mailbird",
        "k-9",
        "手机",
        "手機",
        "mail app",
        "airmail",
        "spark",
        "webmail",
        "aqua mail",
    ),
)
GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening)|hallo|liebes?|guten (?:morgen|tag|abend)|moin"
    r"|bonjour|bonsoir|salut|hola|buenas(?: tardes| noches)?|buenos días|ciao|buongiorno|buonasera|olá|oi|hej|hei"
    r"|hoi|cześć|dzień dobry|привет|здравствуйте|добрый день)(?: [^\d,.:;!?-]{1,30})?[,!.]?",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"(?:thanks|thank you|many thanks|thx|cheers|best|best regards|kind regards|regards|warm regards|sincerely"
    r"|yours|all the best|talk soon|danke|viele grüße|beste grüße|liebe grüße|mit freundlichen grüßen|gruß|grüße|lg"
    r"|vg|mfg|merci|cordialement|bien à vous|bonne soirée|gracias|saludos|un saludo|un abrazo|grazie|saluti|cordiali"
    r" saluti|obrigad[oa]|abraços|atenciosamente|groet|groeten|groetjes|met vriendelijke groet|mvh|hälsningar|med"
    r" vänlig hälsning|hilsen|terveisin|pozdrawiam|спасибо|с уважением)\s*[,!.]*",
    re.IGNORECASE,
)
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
