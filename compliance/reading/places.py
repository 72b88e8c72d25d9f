"""Well-known localities of the four cities, and the places that are none of them.

A locality says which city a plot is in, and for Mumbai whether in the island city or the suburbs. A name that several cities share
stands in `SHARED` only and says nothing by itself. `ELSEWHERE` are towns without a rulebook here; `PASSING` are names of roads and
bodies that hold a city's name and say nothing about where the plot is.
"""

from __future__ import annotations

_ISLAND = (
    "kalachowki|kala chowki|matunga road|khetwadi|thakurdwar|"
    "colaba|cuffe parade|nariman point|fort mumbai|churchgate|marine lines|marine drive|ballard estate|kala ghoda|malabar hill|walkeshwar|napean sea road|nepean sea road|breach candy|"
    "pedder road|peddar road|altamount road|altamont road|kemps corner|cumballa hill|grant road|girgaon|girgaum|charni road|opera house|bhuleshwar|kalbadevi|mandvi mumbai|masjid bunder|masjid bandar|"
    "dongri|umerkhadi|mumbadevi|crawford market|byculla|mazgaon|mazagaon|nagpada|agripada|mumbai central|bombay central|tardeo|haji ali|mahalaxmi|mahalakshmi|worli|worli sea face|prabhadevi|"
    "lower parel|parel|upper parel|elphinstone road|lalbaug|lalbaag|chinchpokli|cotton green|reay road|sewri|sewree|wadala|antop hill|sion|matunga|matunga west|matunga east|king s circle|kings circle|"
    "dadar|dadar west|dadar east|dadar tt|hindu colony|hindmata|naigaon dadar|mahim|dharavi|shivaji park|bhoiwada|kamathipura|null bazar|bhendi bazaar|bhendi bazar|tarde|south mumbai|south bombay|sobo|"
    "gowalia tank|babulnath|chowpatty|girgaon chowpatty|curry road|senapati bapat marg|dr annie besant road|princess street|jacob circle|sandhurst road|dockyard road|dhobi talao|byculla east|byculla west|currey road|abdul rehman street|worli koliwada|colaba causeway|five gardens|parsi colony"
)
_SUBURBS = (
    "bandra|bandra west|bandra east|bandra kurla complex|bkc|pali hill|khar|khar west|khar east|santacruz|santa cruz|vile parle|ville parle|parle|vileparle|juhu|jvpd|juhu scheme|andheri|andheri west|andheri east|"
    "lokhandwala|versova|oshiwara|jogeshwari|goregaon|goregaon east|goregaon west|malad|malad west|malad east|malwani|marve|erangal|aksa village|akse|aarey|aarey colony|kandivali|kandivli|kandivali east|kandivali west|charkop|"
    "borivali|borivli|boriwali|borivali east|borivali west|gorai|dahisar|dahisar east|dahisar west|kurla|kurla west|kurla east|chembur|chembur east|chembur west|ghatkopar|ghatkopar east|ghatkopar west|vikhroli|kanjurmarg|kanjur marg|"
    "bhandup|mulund|mulund west|mulund east|nahur|powai|chandivali|saki naka|sakinaka|marol|midc andheri|seepz|mankhurd|govandi|deonar|anushakti nagar|trombay|mahul|chunabhatti|tilak nagar chembur|vidyavihar|"
    "vidya vihar|asalpha|pant nagar|hiranandani powai|hiranandani gardens|kalina|vakola|thakur village|thakur complex|lokhandwala complex|dindoshi|kurar|magathane|eksar|ic colony|i c colony|poisar|mira road east mumbai|"
    "gundavali|chakala|jb nagar|j b nagar|sahar|airport road andheri|yari road|four bungalows|seven bungalows|ambivali andheri|d n nagar|dn nagar|sher e punjab|mahakali caves road|orlem|evershine nagar|mindspace malad|"
    "garodia nagar|rajawadi|tagore nagar|kannamwar nagar|sion trombay road|swastik park|western suburbs|eastern suburbs|western suburb|eastern suburb|central suburbs|carter road|linking road|hill road bandra|perry cross road|turner road|bangur nagar|mhb colony|gokuldham|aksa|madh|madh island|pestom sagar|tilaknagar chembur|link road malad|sv road|s v road|wadala truck terminal suburbs|lbs marg|l b s marg|bhandup west|bhandup east|vikhroli east|vikhroli west|jogeshwari east|jogeshwari west|santacruz east|santacruz west|khar danda|vile parle east|vile parle west"
)
_PUNE = (
    "wakad|hinjewadi|hinjawadi|hinjewadi phase 1|pimple saudagar|pimple nilakh|pimple gurav|ravet|tathawade|punawale|thergaon|rahatni|mahalunge|mhalunge|pirangut|bhugaon|nal stop|dattawadi|bt kawade road|b t kawade road|"
    "baner|balewadi|aundh|pashan|sus road|bavdhan|bawdhan|kothrud|karve nagar|karvenagar|karve road|warje|erandwane|erandawane|deccan gymkhana|deccan pune|fc road|f c road|fergusson college road|jm road|j m road|model colony|"
    "senapati bapat road|sb road|koregaon park|kalyani nagar|kalyaninagar|viman nagar|vimannagar|vimanagar|kharadi|wadgaon sheri|vadgaon sheri|yerawada|yerwada|yerwda|vishrantwadi|dhanori|lohegaon|lohgaon|wagholi|chandan nagar|"
    "hadapsar|magarpatta|magarpatta city|amanora|mundhwa|manjri|keshav nagar|fursungi|phursungi|undri|pisoli|nibm|nibm road|kondhwa|mohammadwadi|mohammedwadi|wanowrie|wanawadi|wanowari|fatima nagar|salunke vihar|salunkhe vihar|bibwewadi|bibvewadi|"
    "katraj|ambegaon|dhankawadi|dhankavadi|sahakar nagar|sahakarnagar|parvati pune|parvati|swargate|mukund nagar|market yard pune|gultekdi|sinhagad road|sinhgad road|sinhgad rd|vadgaon budruk|wadgaon budruk|wadgaon bk|anand nagar sinhagad road|narhe|dhayari|"
    "kasba peth|shaniwar peth|sadashiv peth|narayan peth|budhwar peth|shukrawar peth|raviwar peth|somwar peth|mangalwar peth|nana peth|bhavani peth|bhawani peth|ganj peth|guruwar peth|rasta peth|ghorpade peth|navi peth|"
    "pune camp|poona camp|camp pune|ghorpadi|bund gardens|bund garden|bund garden road|boat club road|sangamwadi|khadki pune|bopodi|mamledar kacheri pune|prabhat road|law college road|bhandarkar road|apte road|tilak road pune|laxmi road|lakshmi road|paud road|"
    "hingne|nanded city|shivane|uruli devachi|tingre nagar|kalas pune|alandi road|nagar road pune|fergusson road|dp road kothrud|mayur colony|dahanukar colony|ideal colony|baner road|aundh road|baner gaon|mohan nagar baner|sopan baug|lulla nagar|gokhale nagar|pune station|pune cantonment|solapur road pune|satara road pune|padmavati pune|handewadi|autadwadi|khadakwasla|ambegaon budruk|ambegaon bk|dhanakwadi|mangaldas road|north main road"
)
_NASHIK = (
    "gangapur road|gangapur rd|college road nashik|panchavati|panchvati|cidco nashik|cidco nasik|satpur|ambad|ambad midc|satpur midc|indira nagar nashik|indiranagar nashik|pathardi|pathardi phata|deolali|deolali camp|devlali|"
    "nashik road|nasik road|nashik rd|dwarka nashik|mumbai naka|trimbak road|tryambak road|trimbakeshwar road|makhmalabad|mhasrul|adgaon|hirawadi|meri nashik|peth road|dindori road|ashok stambh|raviwar karanja|"
    "sharanpur road|canada corner|govind nagar|govindnagar|ashoka marg|wadala gaon nashik|vihitgaon|jail road nashik|upnagar|gandhi nagar nashik|tidke colony|mahatma nagar|mahatmanagar|serene meadows|anandwalli|anandvalli|"
    "pipeline road nashik|chunchale|old nashik|bhadrakali|saraf bazar nashik|ramkund|tapovan|nandur naka|nandur|konark nagar|chehedi|eklahare|eklahra|sinnar phata|kamatwada|kamathwade|pawan nagar|uttam nagar nashik|"
    "untwadi|lekha nagar|rane nagar|wadala pathardi road|bytco|dhruv nagar|shivaji nagar nashik|jehan circle|someshwar nashik|thatte nagar|old agra road|nimani|rajiv nagar nashik|kathe galli|tigrania road|boys town|parijat nagar|khutwad nagar|motwani road|datta mandir nashik road"
)
_AHMEDABAD = (
    "shyamal|shyamal cross road|manekbaug|manekbag|parimal garden|panjrapole|sp ring road|s p ring road|new cg road|sindhu bhavan|shah alam|raikhad|gheekanta|"
    "navrangpura|navarangpura|satellite|jodhpur ahmedabad|jodhpur char rasta|prahladnagar|prahlad nagar|bodakdev|vastrapur|thaltej|memnagar|ghatlodia|ghatlodiya|gota|chandlodia|ranip|new ranip|sabarmati|chandkheda|motera|"
    "naranpura|usmanpura|ambawadi|ambavadi|paldi|vasna|vasna ahmedabad|jivraj park|jeevraj park|vejalpur|juhapura|sarkhej|makarba|south bopal|bopal|ghuma|shela|shilaj|science city|science city road|sola|sola road|"
    "sg highway|s g highway|sg road|s g road|sarkhej gandhinagar highway|sg hwy|cg road|c g road|ashram road|drive in road|judges bungalow road|iskcon cross road|iscon|ambli|bopal ambli road|ambli road|sindhu bhavan road|sindhubhavan road|sbr|"
    "maninagar|isanpur|ghodasar|vatva|narol|lambha|danilimda|behrampura|kankaria|khokhra|khokhara|amraiwadi|hatkeshwar|ctm ahmedabad|ramol|vastral|odhav|nikol|naroda|bapunagar|bapu nagar|rakhial|gomtipur|saraspur|"
    "asarwa|shahibaug|shahibag|shahi baug|girdharnagar|meghaninagar|meghani nagar|kubernagar|sardarnagar|dariapur|daryapur|kalupur|khadia|raipur ahmedabad|jamalpur|shahpur ahmedabad|khanpur ahmedabad|lal darwaja|manek chowk|maneckchowk|mirzapur ahmedabad|"
    "ellisbridge|ellis bridge|gulbai tekra|university area ahmedabad|polytechnic ahmedabad|gurukul ahmedabad|gurukul road|shivranjani|shivranjini|nehrunagar ahmedabad|anandnagar road|anand nagar road ahmedabad|corporate road|"
    "132 feet ring road|hansol|nava naroda|nava vadaj|vadaj|old vadaj|wadaj|nirnaynagar|akhbarnagar|tragad|jagatpur|vaishnodevi circle|vaishno devi circle|ognaj|bhadaj|hebatpur|sanathal|aslali|bakrol ahmedabad|vinzol|kathwada|hathijan|raipur gate|manipur ahmedabad|"
    "law garden|mithakhali|stadium road ahmedabad|vijay cross road|vijay char rasta|income tax circle|relief road|gandhi road ahmedabad|astodia|sarangpur ahmedabad|teen darwaza|bhadra ahmedabad|rancharda|shantipura|sanand circle|ring road bopal|sindhu bhawan road|iskcon ahmedabad|dudheshwar|civil hospital asarwa|india colony|thakkarnagar|thakkar nagar|krishnanagar ahmedabad|saijpur|saijpur bogha|kali ahmedabad|zundal|koteshwar motera|bhat ahmedabad|chanakyapuri ahmedabad|ghatlodia"
)

LOCALITIES: dict[str, tuple[str, str | None]] = {
    **dict.fromkeys(_ISLAND.split("|"), ("Mumbai", "island_city")),
    **dict.fromkeys(_SUBURBS.split("|"), ("Mumbai", "suburbs")),
    **dict.fromkeys(_PUNE.split("|"), ("Pune", None)),
    **dict.fromkeys(_NASHIK.split("|"), ("Nashik", None)),
    **dict.fromkeys(_AHMEDABAD.split("|"), ("Ahmedabad", None)),
}
"""Locality (lower case, words apart by one space) -> city and planning division."""

SHARED: dict[str, frozenset[str]] = {
    "shivaji nagar": frozenset({"Pune", "Mumbai", "Nashik"}), "shivajinagar": frozenset({"Pune", "Mumbai"}), "indira nagar": frozenset({"Nashik", "Pune"}),
    "college road": frozenset({"Nashik"}), "satellite": frozenset({"Ahmedabad"}), "vasna": frozenset({"Ahmedabad"}), "gota": frozenset({"Ahmedabad"}),
    "sola": frozenset({"Ahmedabad"}), "parvati": frozenset({"Pune", "Nashik"}), "tapovan": frozenset({"Nashik", "Ahmedabad"}), "gurukul road": frozenset({"Ahmedabad"}),
    "camp": frozenset({"Pune"}), "ring road bopal": frozenset({"Ahmedabad"}), "bopal": frozenset({"Ahmedabad"}), "ashoka marg": frozenset({"Nashik", "Pune"}),
    "tilak nagar": frozenset({"Mumbai"}), "ambegaon": frozenset({"Pune"}), "sion": frozenset({"Mumbai"}), "keshav nagar": frozenset({"Pune"}), "fort": frozenset({"Mumbai"}),
    "mahatma nagar": frozenset({"Nashik"}), "jail road": frozenset({"Nashik", "Pune"}), "ashram road": frozenset({"Ahmedabad"}), "peth road": frozenset({"Nashik"}),
    "anand nagar": frozenset(), "relief road": frozenset({"Ahmedabad"}), "stadium road": frozenset({"Ahmedabad"}), "adgaon": frozenset({"Nashik"}), "dwarka": frozenset({"Nashik"}),
    "corporate road": frozenset({"Ahmedabad"}), "laxmi road": frozenset({"Pune"}), "lakshmi road": frozenset({"Pune"}), "parle": frozenset({"Mumbai"}), "ambad": frozenset({"Nashik"}),
    "linking road": frozenset({"Mumbai"}), "sv road": frozenset({"Mumbai"}), "govind nagar": frozenset({"Nashik", "Mumbai"}), "pant nagar": frozenset({"Mumbai"}),
    "north main road": frozenset({"Pune"}), "kala": frozenset(), "hill road": frozenset({"Mumbai"}), "madh": frozenset({"Mumbai"}), "mhb colony": frozenset({"Mumbai"}),
    "shahpur": frozenset({"Ahmedabad", "Mumbai"}), "raipur": frozenset({"Ahmedabad"}), "mandvi": frozenset({"Mumbai", "Ahmedabad"}), "kalas": frozenset({"Pune"}),
}  # fmt: skip
"""Localities that more than one city has, or that are also ordinary words: they fit these cities and contradict none."""

ELSEWHERE: tuple[str, ...] = tuple(
    (
        "navi mumbai|new mumbai|new bombay|navi bombay|navimumbai|nmmc|thane|thana|kalyan|dombivli|dombivali|ulhasnagar|ambernath|"
        "ambarnath|badlapur|bhiwandi|mira road|mira bhayandar|mira bhayander|bhayandar|bhayander|vasai|virar|nalasopara|nala sopara|"
        "palghar|panvel|new panvel|kharghar|vashi|nerul|cbd belapur|belapur|airoli|ghansoli|kopar khairane|koparkhairane|sanpada|seawoods|"
        "ulwe|kamothe|taloja|turbhe|uran|alibag|alibaug|karjat|khopoli|mumbra|kalwa|pimpri|pimpri chinchwad|chinchwad|pcmc|"
        "pimpri-chinchwad|nigdi|bhosari|akurdi|talegaon|lonavala|lonavla|khandala|gandhinagar|gandhi nagar gujarat|gift city|sanand|surat|"
        "vadodara|baroda|rajkot|bhavnagar|jamnagar|junagadh|anand gujarat|nadiad|mehsana|morbi|vapi|valsad|navsari|bharuch|ankleshwar|"
        "nagpur|aurangabad|sambhajinagar|chhatrapati sambhajinagar|ahmednagar|ahmadnagar|ahilyanagar|kolhapur|solapur|satara|sangli|miraj|"
        "jalgaon|dhule|amravati|akola|latur|nanded|chandrapur|ratnagiri|sindhudurg|igatpuri|sinnar|malegaon|trimbakeshwar|shirdi|delhi|"
        "new delhi|noida|greater noida|gurgaon|gurugram|faridabad|ghaziabad|bangalore|bengaluru|banglore|mysore|mysuru|hyderabad|"
        "secunderabad|chennai|madras|coimbatore|kolkata|calcutta|howrah|jaipur|jodhpur|udaipur|kota|lucknow|kanpur|agra|varanasi|indore|"
        "bhopal|gwalior|jabalpur|raipur chhattisgarh|patna|ranchi|bhubaneswar|guwahati|chandigarh|mohali|ludhiana|amritsar|dehradun|shimla|"
        "goa|panaji|margao|kochi|cochin|trivandrum|thiruvananthapuram|visakhapatnam|vizag|vijayawada|mangalore|mangaluru|hubli|belgaum|"
        "belagavi|daman|silvassa|diu|madurai|pondicherry|london|dubai|singapore|new york|karachi|lahore|dhaka|kathmandu|colombo|ठाणे|"
        "नवी मुंबई|नागपूर|पिंपरी|पिंपरी चिंचवड|સુરત|વડોદરા|રાજકોટ|दिल्ली|औरंगाबाद|कोल्हापूर|सोलापूर"
    ).split("|")
)

PASSING: tuple[str, ...] = tuple(
    (
        "mumbai pune expressway|mumbai pune highway|pune mumbai highway|mumbai pune road|pune mumbai road|old mumbai pune highway|"
        "old pune mumbai highway|old mumbai highway|mumbai agra highway|mumbai agra road|mumbai nashik highway|mumbai nashik expressway|"
        "pune nashik highway|nashik pune highway|nashik pune road|pune nashik road|mumbai ahmedabad highway|ahmedabad mumbai highway|"
        "mumbai bangalore highway|pune bangalore highway|mumbai bengaluru highway|katraj dehu road|pune solapur highway|pune solapur road|"
        "pune satara road|pune satara highway|ahmedabad vadodara expressway|ahmedabad vadodara highway|ahmedabad highway|mumbai highway|"
        "mumbai expressway|mumbai bypass|pune highway|nashik highway|agra road|agra highway|pune ahmednagar road|nagar road|"
        "pune nagar road|satara road|solapur road|mumbai metro|pune metro|ahmedabad metro|gandhinagar highway|sanand road|"
        "thane belapur road|mumbai port trust|mumbai goa highway|mumbai trans harbour link|aurangabad road|aurangabad highway|"
        "surat highway|nasik pune road|pune university|mumbai university|rajkot highway|mumbai delhi expressway|bombay high|"
        "bombay high court|delhi darwaja|pune road|mumbai road|ahmedabad road|chakan road|alandi|chennai style|bangalore highway|"
        "jodhpur park|sion panvel highway|sion panvel expressway|ghodbunder road|bombay scottish|mumbai nagpur expressway|samruddhi|"
        "talegaon road|vadodara highway|delhi gate|delhi public school|delhi mumbai corridor|surat silk|hyderabad house|kolhapur road|"
        "old thane road|thane road|vashi naka|panvel road"
    ).split("|")
)
"""Names in which a city's name is part of a road's or a body's name."""

TOWARDS = frozenset("near|towards|toward|from|to|off|beyond|via|outside|approaching|opposite|opp|like|unlike|as".split("|"))
"""Words before a town that say that the plot is not in it."""
