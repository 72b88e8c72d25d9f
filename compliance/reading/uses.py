"""Everyday words for uses and building types, the congested area and instructions on zones. Tables only."""

from __future__ import annotations

from compliance.vocabulary import BUILDING_TYPES

USE_WORDS: dict[str, str] = {
    **dict.fromkeys(
        (
        "residential|residence|residences|residental|residencial|housing|house|houses|home|homes|flat|flats|dwelling|dwellings|"
        "dwelling units|tenements|tenament|tenaments|tenment|housing scheme|residential use|resi|makan|ghar|bangla|gruh|bhk|rk|penthouse|mhada|staff quarters|"
        "residental building|living|rehab tenements|old age home|row houses|nivasi|rahivasi|residency|rahenank|residentail|habitation|"
        "निवासी|रहिवासी|आवासीय|रहने|રહેણાંક|dwelling unit|apt|apts|appartment|appartments|apartment|apartments|family house|farm house|"
        "twin house|condominium|condo|condos|studio apartments|family home|joint family|residental flats|co operative housing society|chs|"
        "chsl|society building|housing society"
    ).split("|"),
        "residential",
    ),
    **dict.fromkeys(
        (
        "commercial|commercials|comercial|commerical|commericial|business|retail|office|offices|shop|shops|shopping|store|stores|showrooms|"
        "commercial use|dukan|dukaan|dukane|trading|coworking|co working|business centre|commercial building|commercial premises|"
        "commercial shops|banks|bank|bank branch|gym building|vyapari|व्यावसायिक|वाणिज्य|વાણિજ્ય|व्यापारी|coworking space|dept store|"
        "department store|departmental store|salon|grocery store|call centre|call center|bpo|shopping arcade|arcade|hypermarket|plaza"
    ).split("|"),
        "commercial",
    ),
    **dict.fromkeys(
        (
        "mixed use|mixed-use|mix use|mixed|mixed development|mixed use development|residential cum commercial|commercial cum residential|"
        "resi cum commercial|resi commercial|residential commercial|commercial residential|residential and commercial|"
        "commercial and residential|residential plus commercial|commercial plus residential|shop cum residential|shop cum house|"
        "shop cum flat|shop cum flats|shops cum flats|shops and flats|shop cum office|shops cum residential|live work|shop house|shophouse|"
        "residential with commercial|residential with shops|mixed building|residential with shop line|shopline|shop line|"
        "residential with convenience shops|residential with convenience shopping|mixed residential commercial|"
        "mixed commercial residential|shop cum apartment|shops cum apartments|residential & commercial|resi cum comm|res cum comm|"
        "shop cum dwelling|house with shop|house with shops|flats with shops|flats over shops|flats above shops|home above shop|"
        "house above shop|homes above shops|apartments above shops|apartments over shops|shop cum residence|residence cum shop|"
        "residence cum office|office cum residence|office cum residential|residential cum office|shop and residence|mixed occupancy|"
        "residential cum shopping|commercial + residential|residential + commercial|residential + shops|mixed user|shop cum bungalow"
    ).split("|"),
        "mixed",
    ),
    **dict.fromkeys((
        "industrial|industry|industries|factory|manufacturing|warehousing|industrial use|logistics|light industry|service industry|"
        "industrial unit|udyog|karkhana|audyogik|औद्योगिक|ઔદ્યોગિક|printing press|foundry|food processing|godowns|warehouses|factories|"
        "industrial estate"
    ).split("|"), "industrial"),
    **dict.fromkeys((
        "institutional|institution|educational|healthcare|health care|public semi public|institutional use|public use|dispensary|assembly|"
        "educational building|educational campus|blood bank|diagnostic centre|diagnostic center|polyclinic|charitable trust hospital|"
        "ashram|dharmashala|research institute|research centre|hospitals|schools|colleges|medical college|संस्थात्मक"
    ).split("|"), "institutional"),
}  # fmt: skip
USE_WORDS.pop("shop cum office")

_TYPE_WORDS: dict[str, str] = {
    **dict.fromkeys((
        "bunglows|banglo|bunglo|bangalo|bunglaws|bungalows|banglows|villas|bangalow|bunglaw|bungla|bungalo|bungalov|bangla|individual house|single family house|"
        "independent bungalow|individual bungalow|private bungalow|detached bungalow|detached|villa house|બંગલો|बंगला|बंगलो|"
        "standalone house|stand alone house|detached home|independent home|twin bungalows|residential house|residential home|dwelling house"
    ).split("|"), "detached_house"),
    **dict.fromkeys((
        "rowhouses|row housing|row bungalow|row bungalows|townhouse|town house|townhouses|terraced houses|row home|row homes|row villa|"
        "row villas"
    ).split("|"), "row_house"),
    **dict.fromkeys(["duplexes", "duplex house", "semi detached house", "semi detached bungalow", "semi detached houses", "semidetached house", "semi detached bungalows"], "semi_detached"),
    **dict.fromkeys(["chawls", "chaul", "chali"], "tenement"),
    **dict.fromkeys((
        "appartment|appartments|flat|apartment block|apartment complex|apartment tower|residential apartments|block of flats|apts|"
        "flats building|apartment scheme|multi storey apartment|residential flats|builder floors|studio apartments|residential apartment|"
        "flats scheme"
    ).split("|"), "apartment"),
    **dict.fromkeys(["farm houses", "farmhouses", "farm bungalow"], "farmhouse"),
    **dict.fromkeys((
        "group housing scheme|residential township|residential society|housing colony|residential colony|layout housing|housing complex|"
        "co operative housing society|housing scheme"
    ).split("|"), "group_housing"),
    **dict.fromkeys((
        "hostels|student hostel|boys hostel|girls hostel|working women hostel|pg hostel|paying guest|pg building|students hostel|"
        "ladies hostel|dorm|dormitories|pg|women s hostel|boarding house"
    ).split("|"), "hostel"),
    **dict.fromkeys((
        "pmay|pmay housing|low cost housing|ews lig housing|ews flats|lig flats|ews tenements|lig houses|ews|lig|affordable homes|"
        "affordable flats|affordable housing scheme|affordable housing project|pradhan mantri awas yojana"
    ).split("|"), "affordable_housing"),
    **dict.fromkeys((
        "showrooms|retail shop|retail shops|shopping line|kirana shop|medical store|retail store|store|car showroom|retail showroom|"
        "grocery store|departmental store"
    ).split("|"), "shop"),
    **dict.fromkeys((
        "shopping centres|shopping center|shopping plaza|commercial centre|commercial center|shopping arcade|departmental stores|"
        "vegetable market|shopping|market building|shopping complexes|market complex|arcade|hypermarket|super market|municipal market"
    ).split("|"), "mercantile"),
    **dict.fromkeys(["malls", "shopping malls"], "mall"),
    **dict.fromkeys((
        "office tower|office complex|office block|corporate offices|commercial offices|office space|office spaces|corporate house|"
        "corporate park|coworking|co working|corporate headquarters|headquarters|corporate tower|coworking space|bank branch|it office|"
        "commercial office|commercial office building|business tower|bpo office"
    ).split("|"), "office"),
    **dict.fromkeys((
        "it company|it office building|i t park|information technology park|it parks|it campus|it tower|software company|it complex|"
        "ites park|it ites|it ites building|it sez|software campus|technology park|it hub"
    ).split("|"), "it_park"),
    **dict.fromkeys((
        "hotels|star hotel|five star hotel|three star hotel|guesthouse|resorts|motel|boutique hotel|service apartments|serviced apartments|"
        "budget hotel|business hotel|5 star hotel|3 star hotel|4 star hotel|lodging house|lodge"
    ).split("|"), "hotel"),
    **dict.fromkeys(["restaurants", "cafeteria building", "dhaba", "food court", "eatery", "coffee shop"], "restaurant"),
    **dict.fromkeys((
        "gas station|fuel pump|petrol bunk|ev charging station|fuel filling station|cng pump|diesel pump|fuel stations|petrol pumps|"
        "petrolpump"
    ).split("|"), "fuel_station"),
    **dict.fromkeys(["cinemas", "theater", "movie theatre", "movie hall", "cinema theatre", "film theatre", "single screen cinema"], "cinema"),
    **dict.fromkeys(["multiplexes", "multiplex cinema", "multiplex theatre", "multi screen cinema"], "multiplex"),
    **dict.fromkeys((
        "hospitals|multispeciality hospital|multi speciality hospital|multispecialty hospital|eye hospital|clinics|health centre|"
        "diagnostic centre|polyclinic|dispensary|nursing homes|maternity hospital|medical center|maternity clinic|trauma centre|"
        "dental clinic|health center|rugnalaya|dawakhana|davakhana|davakhanu|hosptial|hospitl|दवाखाना|रुग्णालय|अस्पताल|હોસ્પિટલ"
    ).split("|"), "hospital"),
    **dict.fromkeys("play group|playgroup|pre primary|pre primary school|day care|creche|balwadi|montessori|nursery".split("|"), "pre_school"),
    **dict.fromkeys((
        "schools|english medium school|cbse school|international school|municipal school|school building|secondary schools|high schools|"
        "शाळा|विद्यालय|શાળા|shala"
    ).split("|"), "school"),
    **dict.fromkeys((
        "colleges|engineering college|medical college|management institute|research institute|iti|degree college|junior college|"
        "law college building|training institute|campus of college|pharmacy college|arts college|mahavidyalaya|university campus"
    ).split("|"), "college"),
    **dict.fromkeys(["coaching class", "tuition centre", "tuition center", "coaching center", "coaching institute", "classes building", "tuition class", "tutorial classes"], "coaching"),
    **dict.fromkeys((
        "town hall|convention center|convention hall|community centre|community center|exhibition centre|drama theatre|natyagruha|"
        "auditoriums|conference centre|samaj mandir|exhibition center|conference hall|banquet centre"
    ).split("|"), "assembly"),
    **dict.fromkeys((
        "wedding lawn|marriage lawn|banquet|mangal karyalay|kalyan mandapam|marriage lawns|karyalaya|banquets|marriage garden|"
        "lawns and mangal karyalaya|wedding venue|banquet halls|marriage palace|mangalkaryalaya"
    ).split("|"), "mangal_karyalaya"),
    **dict.fromkeys((
        "mandir|masjid|derasar|jain temple|gurdwara|prayer hall|math|dargah|haveli temple|vihar building|upashray|upashraya|temples|chapel|"
        "buddha vihar|church building"
    ).split("|"), "religious"),
    **dict.fromkeys(["indoor stadium", "sports club", "sports centre", "sports arena", "sports center", "cricket stadium"], "stadium"),
    **dict.fromkeys((
        "municipal office|government building|govt office|govt building|court building|public library|collector office|ward office|"
        "administrative building|public building|fire brigade station|panchayat office"
    ).split("|"), "public_office"),
    **dict.fromkeys((
        "factories|industrial building|workshops|industrial sheds|manufacturing plant|manufacturing facility|industrial galas|"
        "service industry|engineering workshop|printing press|foundry|food processing unit|manufacturing shed|factory shed|"
        "factory building|production unit|small scale industry|auto workshop|karkhana|industrial plant|textile mill|flour mill|rice mill|"
        "garage workshop|fabrication unit|fabrication shed|assembly plant|assembly unit|manufacturing|packaging unit|pharma plant|"
        "chemical plant|plastic moulding unit|कारखाना"
    ).split("|"), "factory"),
    **dict.fromkeys((
        "warehouses|ware house|godowns|warehousing|distribution centre|distribution center|logistics hub|logistic park|storage facility|"
        "storage godown|fulfilment centre|gowdown|storage shed|logistics warehouse|logistics centre|logistics facility|gudown|logistics|"
        "storage warehouse|wearhouse|गोदाम|ગોડાઉન"
    ).split("|"), "warehouse"),
    **dict.fromkeys((
        "shop cum house|shop cum flat|shop cum flats|shops cum flats|mixed use development|mixed use project|mixed use tower|"
        "mixed use complex|residential with shops|commercial cum residential|resi commercial|shops cum residential|mixed use|"
        "shop cum residence|residence cum shop|mixed development|shop cum dwelling|shops with flats|flats over shops|flats above shops|"
        "house with shop|flats with shops|mixed used building|shop cum bungalow|mixed building"
    ).split("|"), "mixed_use"),
}  # fmt: skip

# Aliases of the vocabulary that are too common in other senses to be read in running words.
_NOT_IN_PROSE = frozenset(
    {"bar", "plant", "mill", "storage", "market", "library", "institute", "educational", "religious", "resort area", "flats", "clinic area"}
) - {"flats"}

TYPE_WORDS: dict[str, str] = {
    **{alias.replace("-", " "): kind.code for kind in BUILDING_TYPES.values() for alias in kind.aliases if alias not in _NOT_IN_PROSE},
    **{kind.code.replace("_", " "): kind.code for kind in BUILDING_TYPES.values()},
    **_TYPE_WORDS,
}

# Words in which a use or a type is named but not proposed.
DECOYS: tuple[str, ...] = tuple(
    (
        "school road|college road|temple road|church road|hospital road|station road|factory road|mill road|market road|market yard|"
        "market rate|market value|market price|office road|law college|shop act|high school road|water treatment plant|"
        "sewage treatment plant|treatment plant|pumping station|police station road|bus station|railway station|metro station|"
        "fire station road|hotel road|ready reckoner|club house|clubhouse|society office|watchman cabin|meter room|security cabin|"
        "servant room|house no|house number|office no|shop no|flat no|plot house|commercial rate|residential rate|shop frontage|"
        "office hours|head office|architect s office|our office|my office|site office|drive way|home loan|house tax|school bus|"
        "hotel nearby|water house|business bay|business loan|town planning office|planning office|collector office order|"
        "municipal office order|municipal corporation office|pmc office|bmc office|amc office|nmc office|ward office road|registrar office|"
        "building plan office|fergusson college road|law college road|tilak smarak mandir|green house|pump house|guard house|power house|"
        "ware housing corporation|mill land|mill lands|textile mill land|cotton mill land|transfer house|hawker plaza|light house|house keeping|shopping trip|"
        "commercial exploitation|residential locality|residential area nearby|commercial area nearby|temple trust land|"
        "industrial area nearby|hall of residence|living room|assembly constituency|ground floor parking|living area|school going|"
        "office bearers|house warming|home town|hometown|flat terrace|flat roof|flat land|flat plot|flat site|flat ground|family business|"
        "store room|storeroom|mixed soil|business partner|business partners|mixed feelings|mixed up|bank loan|bank finance|own business|"
        "office boy|shop drawing|shop drawings|flat slab|flat surface|flat terrain"
    ).split("|")
)

CORE_WORDS: dict[str, bool] = {
    **dict.fromkeys(
        (
        "gaothan|gavthan|gamthan|gaonthan|gauthan|gawthan|gaothan area|koliwada|gamtal|gamatal|pol|pols|walled city|core walled city|"
        "old city|old city area|core area|core city|congested|congested area|congested part|congested zone|densely built|old walled city|"
        "adivasi pada|inner old city|city core|core city area|old town|historic core|gaothan limits|within gaothan|village core|"
        "dense old city|wadi gaothan|गावठाण|juni city|old core|jeevan pol|gav than|गामतळ|ગામતળ|પોળ|old core city|core"
    ).split("|"),
        True,
    ),
    **dict.fromkeys(
        (
        "non congested|non congested area|uncongested|uncongested area|not congested|outside gaothan|outside the gaothan|outside core|"
        "outside the core|outside core area|outside the core area|non core|not in core|not in core area|not a core area|"
        "not in the core area|outside congested area|outside the congested area|not in congested area|not in a congested area|"
        "outside old city|outside the old city|outside the walled city|outside walled city|non gaothan|outside gamtal|outside the gamtal|"
        "not in gaothan|not in the gaothan|newly developed area|noncongested|beyond gaothan|not in gamtal|not in the old city|"
        "not in old city|not within core area|not within the core area|not core|not in the congested area|not within gaothan|"
        "not in the core|outside of gaothan|outside of the core area"
    ).split("|"),
        False,
    ),
}  # fmt: skip

AHMEDABAD_CORE: dict[str, str] = {
    **dict.fromkeys(["pol", "pols", "walled city", "core walled city", "old walled city", "old city", "old city area", "પોળ"], "CW"),
    **dict.fromkeys(["gamtal", "gamatal", "gamthan", "ગામતળ"], "GM"),
    **dict.fromkeys(["gamtal extension", "gamtal ext", "extended gamtal", "extension of gamtal", "extension of the gamtal"], "GME"),
}

DIVISIONS: dict[str, str] = {
    **dict.fromkeys(["island city", "island city of mumbai", "mumbai city", "mumbai island", "mumbai island city", "city island", "island"], "island_city"),
    **dict.fromkeys(
        (
            "suburbs|suburb|suburban|mumbai suburbs|suburban mumbai|extended suburbs|mumbai suburban|extended suburb|upnagar mumbai|suberbs|"
            "suburbs of mumbai|suburban district|mumbai suburban district|उपनगर"
        ).split("|"),
        "suburbs",
    ),
}

NEAR = frozenset(
    (
        "near|nearby|opposite|opp|next|beside|besides|behind|adjacent|adjoining|close|facing|faces|across|overlooking|touching|abutting|"
        "from|abuts|towards|toward|neighbouring|neighboring|neighbour|bordering|off|past|alongside|existing|old|demolish|demolishing|"
        "demolished|former|formerly|erstwhile|previously|surrounding"
    ).split("|")
)
"""Words before a thing that say that it stands beside the plot, or stands there now, and is not proposed."""
