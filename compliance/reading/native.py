"""Marathi, Hindi and Gujarati words as their English ones, with their endings cut off, so that one set of tables reads them all."""

from __future__ import annotations

import unicodedata

_WORDS: dict[str, str] = {
    "plot": "भूखंड भूखंडा प्लॉट प्लॉटा प्लाट भूखण्ड પ્લોટ",
    "land": "जमीन जमिनी ज़मीन જમીન",
    "site": "जागा जागे जगह જગ્યા",
    "area": "क्षेत्रफळ क्षेत्रफळा क्षेत्रफल ક્ષેત્રફળ",
    "total": "एकूण कुल કુલ",
    "road": "रस्ता रस्त्या रोड सड़क सडक मार्ग रस्ते રોડ રસ્તો રસ્તા",
    "wide": "रुंद चौडी चौड़ी चौड़ा चौडा પહોળો પહોળા પહોળી પહોળું",
    "width": "रुंदी चौड़ाई चौडाई પહોળાઈ",
    "long": "लांब लंबा लंबी લાંબો",
    "length": "लांबी लंबाई લંબાઈ",
    "high": "उंच ऊंचा ऊंची ऊँचा ऊँची ઊંચું ઊંચી ઊંચો ઊંચા",
    "height": "उंची ऊंचाई ऊँचाई उंचाई उँचाई ઊંચાઈ ઉંચાઈ ઊંચાઇ ઉંચાઇ",
    "building": "इमारत इमारती बिल्डिंग बिल्डींग भवन બિલ્ડિંગ બિલ્ડીંગ ઇમારત ઈમારત",
    "tower": "टॉवर टावर ટાવર",
    "floors": "मजले मजला मजल्या मजली मंजिल मंजिला मंज़िल मंज़िला माळे મજલા માળ માળનું માળની માળનો માળિયું",
    "ground": "ग्राउंड",
    "basement": "बेसमेंट तळघर तळघरा બેઝમેન્ટ ભોંયરું",
    "stilt": "स्टिल्ट સ્ટિલ્ટ",
    "front": "पुढील पुढचे पुढची पुढचा पुढे समोरील समोरची समोरचे समोर सामने अग्र આગળ આગળનું આગળનો સામે",
    "rear": "मागील मागची मागचे मागे पीछे पिछला पिछली પાછળ પાછળનું પાછળનો",
    "side": "बाजू बाजूची बाजूचे बाजूला बाजूकडील बगल साइड साईड બાજુ બાજુએ બાજુનું",
    "sides": "तरफ बाजूंना बाजूंनी दिशांना",
    "both": "दोन्ही दोनों બંને બન્ને",
    "all": "चारही चारी चारों सर्व सभी ચારે બધી",
    "margin": "मार्जिन मार्जिन्स માર્જિન",
    "marginal": "सामासिक",
    "distance": "अंतर",
    "setback": "सेटबॅक सेटबैक સેટબેક",
    "fsi": "एफएसआय एफएसआई એફએસઆઈ એફએસઆઇ",
    "coverage": "कव्हरेज कवरेज કવરેજ",
    "parking": "पार्किंग वाहनतळ वाहनतळा પાર્કિંગ",
    "cars": "कार कारें गाड्या मोटारी કાર",
    "twowheelers": "दुचाकी दुपहिया દ્વિચક્રી",
    "residential": "निवासी रहिवासी आवासीय रहिवास રહેણાંક રહેણાક",
    "commercial": "व्यापारी व्यावसायिक वाणिज्य वाणिज्यिक कमर्शियल વાણિજ્ય વાણિજ્યિક કોમર્શિયલ વ્યાપારી ધંધાકીય",
    "industrial": "औद्योगिक ઔદ્યોગિક",
    "institutional": "संस्थात्मक સંસ્થાકીય",
    "mixed": "मिश्र મિશ્ર",
    "zone": "झोन ज़ोन ઝોન",
    "bungalow": "बंगला बंगलो बंगल्या बंगले બંગલો બંગલા",
    "house": "घर घरे मकान મકાન ઘર",
    "flats": "सदनिका सदनिकां फ्लॅट फ्लॅट्स फ्लैट फ़्लैट ફ્લેટ ફ્લેટ્સ",
    "apartment": "अपार्टमेंट એપાર્ટમેન્ટ",
    "shops": "दुकान दुकाने दुकानें दुकाना दुकानां દુકાન દુકાનો",
    "office": "कार्यालय ऑफिस ऑफ़िस ઓફિસ",
    "hospital": "रुग्णालय रुग्णालया हॉस्पिटल अस्पताल दवाखाना હોસ્પિટલ",
    "school": "शाळा शाळे विद्यालय स्कूल શાળા સ્કૂલ",
    "college": "महाविद्यालय कॉलेज કોલેજ",
    "hotel": "हॉटेल होटल હોટલ હોટેલ",
    "factory": "कारखाना कारखान्या फॅक्टरी फैक्ट्री ફેક્ટરી કારખાનું",
    "warehouse": "गोदाम गोदामा ગોડાઉન",
    "corner": "कॉर्नर कोपऱ्या कोपऱ्यावरील કોર્નર",
    "existing": "जुनी जुना जुने पुरानी पुराना विद्यमान જૂનું જૂની",
    "proposed": "प्रस्तावित પ્રસ્તાવિત",
    "redevelopment": "पुनर्विकास",
    "at": "येथे येथील इथे",
    "me": "में मध्ये માં",
    "on": "वर पर ઉપર પર",
    "for": "साठी लिए માટે",
    "and": "आणि व और तथा एवं અને",
    "ahe": "आहे असून है हैं छे છે", "ka": "का", "ki": "की", "ke": "के", "ni": "ની", "nu": "નું", "na": "ના",
    "near": "जवळ शेजारी पास નજીક પાસે",
    "one": "एक એક", "two": "दोन दो બે", "three": "तीन ત્રણ", "four": "चार ચાર", "five": "पाच पांच पाँच પાંચ", "six": "सहा छह છ", "seven": "सात સાત",
    "eight": "आठ આઠ", "nine": "नऊ नौ નવ", "ten": "दहा दस દસ", "twelve": "बारा बारह બાર",
    "mumbai": "मुंबई मुम्बई मुंबईत मुंबईतील મુંબઈ", "pune": "पुणे पुण्या पुना પુણે", "nashik": "नाशिक नासिक નાશિક", "ahmedabad": "अहमदाबाद अहमदावाद અમદાવાદ",
    "navi": "नवी", "thane": "ठाणे ठाण्या", "nagpur": "नागपूर नागपुर",
    "baner": "बाणेर", "kothrud": "कोथरूड कोथरुड", "hadapsar": "हडपसर", "aundh": "औंध", "katraj": "कात्रज", "kharadi": "खराडी", "wagholi": "वाघोली",
    "andheri": "अंधेरी", "dadar": "दादर", "borivali": "बोरिवली बोरीवली", "malad": "मालाड", "goregaon": "गोरेगाव", "kurla": "कुर्ला", "chembur": "चेंबूर", "worli": "वरळी",
    "mulund": "मुलुंड", "ghatkopar": "घाटकोपर", "bandra": "वांद्रे", "parel": "परळ", "panchavati": "पंचवटी", "satpur": "सातपूर", "deolali": "देवळाली",
    "naranpura": "નારણપુરા", "maninagar": "મણિનગર", "bopal": "બોપલ", "thaltej": "થલતેજ", "vastrapur": "વસ્ત્રાપુર", "navrangpura": "નવરંગપુરા", "gota": "ગોતા",
    "chandkheda": "ચાંદખેડા", "nikol": "નિકોલ", "naroda": "નરોડા", "paldi": "પાલડી", "bodakdev": "બોડકદેવ", "satellite": "સેટેલાઇટ સેટેલાઈટ",
}  # fmt: skip
_ENGLISH: dict[str, str] = {unicodedata.normalize("NFC", word): english for english, words in _WORDS.items() for word in words.split()}
_ENDINGS = tuple(
    sorted(
        (unicodedata.normalize("NFC", ending) for ending in (
            "वरील वर मध्ये मधील लगत लगतचा साठी च्या ची चे चा चं ला ने तील त ंची ांची ंचे ांचे ांच्या ंच्या ांचा ंचा ांना ाचे ाची ाचा ाच्या ावर ात ातील ाला "
            "ा े ी ं ांवर पर्यंत सह ासह ीचा ीची ीचे ीच्या ीत ीवर ्यावर ्याची ्याचा ्याचे ्याच्या ांसाठी ासाठी "
            "માં મા ની નો ના નું નુ ને પર થી વાળો વાળી વાળા વાળું ઓ ઉપર"
        ).split()),
        key=len, reverse=True,
    )
)  # fmt: skip
_LONGEST = 24


def english(word: str) -> str:
    """Return the English word of a Devanagari or Gujarati one, whatever its ending; the word itself where it has none.

    >>> [english(word) for word in ("रस्त्यावर", "भूखंडाचे", "પ્લોટની", "plot")]
    ['road', 'plot', 'plot', 'plot']
    """
    if word < "\u0900" or len(word) > _LONGEST:
        return word
    plain = unicodedata.normalize("NFC", word.replace("\u200d", "").replace("\u200c", ""))
    if plain in _ENGLISH:
        return _ENGLISH[plain]
    for ending in _ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) > 1:
            found = _ENGLISH.get(plain[: -len(ending)])
            if found is not None:
                return found
    return word
