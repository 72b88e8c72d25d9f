"""The words of proposals: what names a field, a side, a thing that is none of ours, a connector. Tables only; add a phrase here first."""

from __future__ import annotations

from compliance.reading.detail_words import DETAIL_LABELS, DETAIL_MEASURES, DETAIL_SUBJECTS
from compliance.reading.labels import PAIR, Label
from compliance.reading.labels import make_label as _label
from compliance.reading.units import AREA, LENGTH, PERCENT, PLAIN

_EVERY = (LENGTH, AREA, PERCENT, PLAIN, PAIR)
_LABELS: tuple[tuple[Label, str], ...] = (
    (
        _label("plot", "plot_area_sq_m", (AREA, PAIR)),
        "plot|plots|site|land|parcel|plot of land|piece of land|open plot|corner plot|final plot|residential plot|commercial plot|industrial plot|na plot|"
        "jamin|jameen|zameen|zamin|jagah|jaga|bhukhand|layout plot|house site|land parcel|plt|ploat|प्लॉट|जमीन|भूखंड|પ્લોટ|જમીન",
    ),
    (
        _label("plot area", "plot_area_sq_m", (AREA, PAIR, PLAIN), 10.5, True),
        "plot area|site area|land area|area of plot|area of the plot|area of land|area of the land|area of site|area of the site|area of my plot|plot size|site size|land size|"
        "size of plot|size of the plot|size of the site|plot dimension|plot dimensions|site dimensions|site dimension|dimensions of plot|dimensions of the plot|gross plot area|gross plot|gross area|total plot area|"
        "total plot|total site area|total land area|total land|plot measuring|plot admeasuring|plot measures|parcel area|parcel size|plot ka area|plot area total|gross site area|"
        "extent of land|extent of the plot|plotarea|plot extent|extent|7 12 area|area as per 7 12|plot area as per property card|final plot area|fp area|plot ka size|site extent",
    ),
    (_label("area", "plot_area_sq_m", (AREA,), 7.0), "area|size|kshetrafal|क्षेत्रफळ|क्षेत्रफल"),
    (
        _label("net plot", "net_plot_area_sq_m", (AREA,), 11.0, True),
        "net plot|net plot area|net area|net area of plot|net area of the plot|net land|net land area|net site area|balance plot|balance plot area|net site|area of net plot|net|balance area",
    ),
    (
        _label("bua", "built_up_area_sq_m", (AREA, PLAIN), 10.5, True),
        "built up area|built up|builtup area|builtup|buildup area|build up area|built area|bua|b u a|total construction|construction area|constructed area|"
        "total construction area|total built up area|total built up|gross floor area|gfa|total floor area|total bua|of construction|construction|constructed|total floor space|"
        "proposed built up area|proposed bua|total area of construction|total buildup area|gross built up area|gross built up|floor area total|fsi area",
    ),
    (
        _label("not ours", "", (AREA,), 11.0),
        "carpet|carpet area|super built up|super builtup|super built up area|super area|saleable area|saleable|sellable area|rera carpet|per flat|per unit|per floor|floor area|"
        "floor plate|per shop|each flat|each unit|each shop|each floor|balcony|terrace|garden|lawn|swimming pool|pool|clubhouse|club house|"
        "living room|bedroom|kitchen|hall size|unit size|flat size|flat sizes|size of flat|size of flats|unit sizes|apartment size|area of each|area of flat|area per flat|cabin|lobby|"
        "road area|dp road area|area of dp road|area of road|area under road|road widening area|area under road widening|area under dp road|surrendered area|reservation|under reservation|plinth area|footprint area|floorplate|"
        "shop size|basement area|tdr area|tdr|deduction|deducted|encroachment|existing structure area|existing construction|existing bua|existing built up area|old construction|"
        "stp|water body|row|right of way|each shop of|tank|pond|adjoining plot|adjacent plot|neighbouring plot|neighboring plot|next plot|nearby plot|neighbour s plot|neighbor s plot|plinth|"
        "room|rooms|office size|typical floor|typical floor area|each",
    ),
    (_label("dwelling size", "", (AREA,), 7.0), "flat|flats|unit|units|apartment|apartments|shop|shops|tenement|tenements|dwelling|dwellings|bhk"),
    (
        _label("road", "abutting_road_width_m", (LENGTH,)),
        "road|rd|roads|raod|street|lane|gali|galli|rasta|rasto|rasto|rastaa|raste|highway|dp road|d p road|tp road|t p road|main road|approach road|access road|abutting road|front road|"
        "side road|rear road|service road|public road|public street|municipal road|approach|access|road access|road width|width of road|"
        "width of the road|road widths|road frontage width|existing road|existing road width|abutting|abutting road width|access road width|approach road width|"
        "street width|width of street|width of abutting road|width of the abutting road|width of the access road|width of approach road|road facing|roadwidth|margin road|frontage road|tar road|cement road|"
        "kaccha road|rod|रस्ता|रोड|सड़क|રોડ|રસ્તો|fronting road|adjoining road|marg|path|pathway|alley|avenue|dp rd|means of access|accessible by|colony road|village road|road in front|road front|road on front|front side road|road side",
    ),
    (
        _label("prescribed road", "prescribed_road_width_m", (LENGTH,), 10.5),
        "prescribed road width|prescribed road|prescribed width|proposed road width|proposed width|widened to|widening to|widened upto|widening upto|widened up to|widen to|future width|future road width|dp width|"
        "after widening|proposed widening|road widening|road widening proposed|proposed road widening|expanded to|dp road width proposed|sanctioned width|sanctioned road width|"
        "widening of road to|widening|widened|proposed dp width|ultimate width|proposed widened|regular line|widening proposed|width as per dp|width after widening|road width proposed|expand to|will become|becomes|become|increased in width to|post widening|width proposed",
    ),
    (
        _label("height", "height_m", (LENGTH, PLAIN), 10.0, True),
        "height|ht|hgt|hight|heigth|high|tall|building height|total height|height of building|height of the building|overall height|eave height|eaves height|ridge height|"
        "top height|height of structure|height of the structure|height of the tower|height of tower|bldg height|bldg ht|building ht|heightt|ht of building|proposed height|"
        "unchai|oonchai|uncha|unchi|tower height|h|elevation height|height above ground|ऊंचाई|उंची|ઊંચાઈ|clear height of shed|shed height|hieght|height above ground level|height from ground|rise",
    ),
    (
        _label("height", "height_m", (LENGTH,), 9.5),
        "to eaves|to the eaves|at eaves|at the eaves|to ridge|to the ridge|at ridge|at the ridge|to the terrace|to terrace level|goes up|going up|go up|goes up to|rises|rising|rises to|rising to|rise to",
    ),
    (_label("not ours", "", (LENGTH, PLAIN), 11.0), "ground floor height|height of ground floor|height of the ground floor|first floor height|height of first floor|height of the first floor|height limit|fsi limit|far limit|height restriction|height limitation|height cap|fsi cap|permissible height|allowable height|allowed height|funnel limit"),
    (
        _label("floor height", "floor_height_m", (LENGTH,), 10.5, True),
        "floor height|floor to floor|floor to floor height|storey height|story height|height of each floor|height of floor|floor ht|floor heights|per floor height|floor to floor ht|"
        "typical floor height|each floor height|storey heights|height per floor|height of every floor|height of each storey|height of one floor|height per storey|"
        "each floor|each storey|every floor|per floor|per storey|ftf|f f height|height of floors|floor to ceiling|floor to ceiling height|height of a floor|each floor is|each level|floor floor height|clear floor height|slab to slab|slab to slab height",
    ),
    (
        _label("stilt height", "stilt_height_m", (LENGTH,), 10.5, True),
        "stilt height|stilts height|height of stilt|height of the stilt|stilt ht|height of stilts|stilt floor height|stilt parking height|parking floor height|hollow plinth height|"
        "high stilt|high stilts|stilt clear height|stilt level height|ht of stilt|stilt of|clear height of stilt",
    ),
    (
        _label("not ours", "", (LENGTH, PAIR, PLAIN), 11.0),
        "parapet|parapet height|lift machine room|machine room|overhead tank|"
        "basement depth|depth of basement|ramp|ramp width|driveway|drive way|gate|entrance gate|passage|corridor|"
        "footpath|balcony|chajja|canopy|porch|column|slab|slab thickness|wall thickness|wall|beam|cupboard|door|window|lift|elevator|room|rooms|bedroom|kitchen|hall size|"
        "distance|away|distant|radius|far away|door height|shop front|turning radius|airport|funnel|above sea level|amsl|msl|mean sea level|contour|slope|"
        "internal driveway|fire tender|fire tender path|fire driveway|fire engine|refuge|refuge area|terrace height|shutter|loft|mezzanine|excavation|depth of excavation|well|borewell|tube well|chimney|signboard|hoarding|mumty|mumti|staircase cabin|stair cabin|water table|transformer|substation|projection|overhang|sunshade|"
        "ceiling|"
        "passage width|corridor width|shop width|shop depth|shop frontage|road divider|divider|footpath width",
    ),
    (_label("fsi", "fsi", (PLAIN,), 10.0, True), "fsi|f s i|far|f a r|floor space index|floor area ratio|fsi consumed|total fsi|proposed fsi|fsi proposed|fsi used|consumed fsi|एफएसआय|floor space ratio|fsr|fs index|floorspace index|effective fsi|fsi utilised|fsi utilized|fsi achieved"),
    (_label("not ours", "", (PLAIN,), 11.0),
     "premium fsi|tdr fsi|ancillary fsi|fungible fsi|basic fsi|base fsi|additional fsi|extra fsi|paid fsi|chargeable fsi|incentive fsi|free fsi|premium|tdr|fungible|ancillary|permissible fsi|existing fsi|zonal fsi|zonal basic fsi|earlier fsi|old fsi|fsi of neighbouring|bonus fsi|balance fsi|balance tdr"),
    (
        _label("coverage", "ground_coverage_percent", (PERCENT, PLAIN), 10.0, True),
        "ground coverage|plot coverage|coverage|site coverage|ground cover|covers|covered area|covering|ground coverage percent|max coverage|lot coverage|covered|built coverage|building coverage|groundcoverage|plinth coverage|cover|ground floor coverage|built on|ground coverage ratio|coverage ratio|coverage of plot",
    ),
    (_label("plot width", "plot_width_m", (LENGTH, PLAIN), 10.5), "plot width|width of plot|width of the plot|site width|width of site|width of the site|width of my plot|land width|width along road|width along the road|along the road|along road|plot breadth|breadth of plot|along the road side|on road side|plot size along road|width on road side"),
    (_label("plot depth", "plot_depth_m", (LENGTH, PLAIN), 10.5), "plot depth|plot length|depth of plot|depth of the plot|site depth|depth of site|depth of the site|length of plot|length of the plot|site length|land depth|depth of my plot|land length|perpendicular to road|perpendicular to the road|away from road|length of site|length of the site"),
    (_label("frontage", "plot_frontage_m", (LENGTH, PLAIN), 10.5), "frontage|plot frontage|long frontage|wide frontage|long road frontage|wide road frontage|road frontage|site frontage|front width|frontage of plot|road side frontage|plot front|frontage width|frontage on road|width at front|frontage along road"),
    (_label("building width", "width_m", (LENGTH, PLAIN), 10.5), "building width|width of building|width of the building|footprint width|width of footprint|tower width|block width|width of tower|width of block|bldg width|width m|building breadth|building frontage|width of the tower|width of the block"),
    (_label("building depth", "depth_m", (LENGTH, PLAIN), 10.5), "building depth|depth of building|depth of the building|building length|length of building|length of the building|footprint depth|depth of footprint|footprint length|tower depth|block depth|depth of tower|depth of block|bldg depth|depth m|length of tower|length of block"),
    (_label("building", "width_m", (PAIR,), 7.0), "building|bldg|tower|block|wing|structure|bungalow|house|shed|factory|warehouse|office|home|villa|showroom|hospital|hotel|school|mall|clinic|godown|temple"),
    (_label("footprint", "width_m", (PAIR,), 9.5), "footprint|foot print|building footprint|building size|plinth size|size of building|size of the building|building dimensions|plinth|block size|tower size|building of size|building measuring|building plan|plan size|plan dimensions|floor plate|floorplate|shed size|size of shed|size of the shed|building dimension|tower footprint|built footprint"),
    (_label("not ours", "", (PAIR,), 11.0), "room|rooms|bedroom|bedrooms|kitchen|kitchens|classroom|classrooms|toilets|bathrooms|balconies|cabins|balcony|living room|hall|garage|parking bay|parking bays|car parking|parking|lift|lobby|pool|swimming pool|column|columns|duct|toilet|bathroom|shop|shops|dukan|dukaan|stall|lawn|garden|window|door|gate|cabin|tank|staircase|terrace|common plot"),
    (_label("margin", "setback_m", (LENGTH, PLAIN), 6.5, True), "margin|margins|setback|setbacks|set back|set backs|marginal open space|marginal open spaces|marginal distance|marginal distances|open space|open spaces|offset|offsets|marginal space|mos|side margins all|margin space|all round margin|all side margin|all sides margin|all around margin|uniform margin|marginal|uniform setback"),
    (_label("staircase", "staircase_width_m", (LENGTH,), 10.5), "staircase|staircase width|stair width|stairs|stair|stairway|width of staircase|width of the staircase|stair case|stair case width|staircases|flight width|staircase flight|width of stair|width of stairs|flight|staircase of width|stairway width|main staircase"),
    (_label("amenity", "amenity_space_sq_m", (AREA, PLAIN), 11.0), "amenity space|amenity|amenity area|amenity open space|amenities space|amenity plot|amenityspace"),
    (
        _label("recreational", "recreational_open_space_sq_m", (AREA, PLAIN), 11.0),
        "recreational open space|recreation open space|recreational space|ros|r o s|los|layout open space|recreation ground|recreational ground|rg|r g|common plot|recreational area|recreation area|"
        "recreational open|open space recreational|recreation space|common plot area|rg area|los area|ros area|common open space|play area|playground|play ground|children s play area|layout r g|recreational garden",
    ),
    (_label("parking area", "parking_area_sq_m", (AREA, PLAIN), 10.8), "parking area|area for parking|area of parking|car parking area|parkingarea|parking space area|parking provision area"),
    (_label("parking area", "parking_area_sq_m", (AREA,), 10.8), "parking|for parking|car parking"),
    (
        _label("parking", "parking_spaces", (PLAIN,), 10.0, True),
        "car parks|car park|cars|car|car parking|car parkings|parking spaces|parking space|car parking spaces|car parking space|parking slots|car spaces|car space|parkings|parking|parking lots|"
        "car slots|four wheelers|four wheeler|ecs|e c s|parking for|car parking slots|car bays|parking bays|parking units|parking nos|4w|car parking nos|no of parking|number of parking|"
        "number of cars|no of cars|parking stalls|car stalls|motor cars|four wheeler parking|cars parking|car parking bays|four wheeler spaces|parking places|vehicles|number of car parks|no of car parks|no of car parking|number of car parking|parking count|parking capacity|parking spots|car spots|four wheeler parkings|gadi|gaadi|car parking provided|parking provided",
    ),
    (
        _label("two wheelers", "two_wheeler_spaces", (PLAIN,), 10.5, True),
        "two wheelers|two wheeler|scooters|scooter|bikes|bike|motorcycles|motorcycle|motor cycles|two wheeler parking|two wheeler spaces|scooter parking|bike parking|scooter spaces|two wheeler parkings|two wheelers parking|bike spaces|"
        "twowheelers|twowheeler|motor bikes|motorbikes|2w|two wheeler slots|scooter parks|bike slots|scooty|scooties|two wheeler parking spaces|scooter parkings|bike parks|scooter slots|scooter parking spaces|two wheeler space|mopeds|bike parkings",
    ),
    (_label("not ours", "", (PLAIN,), 11.0), "cycles|bicycles|cycle|bicycle|ev points|charging points|cycle stands|visitor parking|visitors parking|visitor cars|visitor car parks|cycle parking|bicycle parking|ev charging|ev charging points"),
    (
        _label("units", "dwelling_units", (PLAIN,), 10.0, True),
        "flats|flat|units|dwelling units|dwelling unit|tenements|apartments|dus|du|dwellings|residential units|families|family|houses|homes|row houses|bungalows|villas|twin bungalows|rowhouses|no of flats|number of flats|"
        "no of units|number of units|total flats|total units|tenement|households|dwelling|unit count|flat count|housing units|nos of flats|no of tenements|number of tenements|number of dwelling units|no of dwelling units|sadnika|number of dwellings|penthouses|duplexes|studio apartments|total tenements|residences|apartment units|number of apartments|no of apartments",
    ),
    (
        _label("storeys", "storeys", (PLAIN,), 10.0, True),
        "storeys|storey|storied|storeyed|stories|story|floors|floor|storeyd|stry|floored|number of floors|no of floors|number of storeys|no of storeys|total floors|manzil|manzila|manzile|mala|maala|maale|maal|majla|majle|majli|"
        "majale|mazli|mazla|maje|malo|maliya|mal|mjli|floored building|numbers of floors|nos of floors|mazhala|storys|multi storey|stories building|मजली|मजला|मजले|मंजिला|मंजिल|माळ|માળ|माले|livable floors|habitable floors|residential floors|typical floors|storeyed building|number of stories|no of stories|storey building|floors building|upper storeys|level building|levels above ground|floor levels|levels",
    ),
    (_label("basements", "basement_levels", (PLAIN,), 10.5, True), "basements|basement|basement levels|basement floors|level basement|levels of basement|basement level|level basements|levels basement|levels of basements|basement floor|level of basement|storey basement|floors of basement|number of basements|no of basements|cellars|cellar|level underground parking|levels of underground parking|basement storeys|basement parking levels|levels of basement parking|level basement parking|floors basement|underground floors|underground levels"),
    (_label("podiums", "podium_levels", (PLAIN,), 10.5, True), "podiums|podium|podium levels|podium floors|level podium|levels of podium|podium level|level podiums|levels podium|levels of podiums|podium floor|floors of podium|number of podiums|podium parking levels|levels of podium parking|storey podium|no of podiums|level podium parking|podium parking floors|parking podiums|parking podium levels|floors podium|level parking podium"),
    (_label("stilts", "stilt_levels", (PLAIN,), 10.5, True), "stilts|stilt|stilt levels|stilt floors|level stilt|stilt floor|stilt level|silt|stilt parking|stilt parking floor|hollow plinth|stilt parking level|parking floor|parking floors|stilted"),
    (_label("average width", "average_plot_width_m", (LENGTH,), 11.0), "average width|average plot width|average width of plot|mean width|average width of the plot"),
    (_label("station", "distance_to_station_m", (LENGTH,), 11.0), "from metro|from the metro|from metro station|from the metro station|of metro|of the metro|of metro station|of a metro station|of the metro station|away from metro|away from the metro|from a metro station|distance to station|distance to metro|metro station at|distance from metro|metro distance|to metro station|to the metro station|distance to metro station|distance from metro station|away from metro station|away from the metro station|of metro line|from metro line|from the metro line|distance to station m"),
    (
        _label("number", "", _EVERY, 11.0),
        "no|nos|number|plot no|plot number|survey no|survey number|s no|sno|sr no|gat no|gat|gut no|cts|cts no|c t s|c t s no|cs no|c s no|fp|fp no|f p|f p no|op|op no|o p no|tps|tp|t p|tp scheme|tps no|tp scheme no|"
        "final plot no|final plot number|original plot no|block no|hissa|hissa no|h no|city survey|city survey no|city survey number|khata no|khata|sector|ward|ward no|phase|sheet no|sheet|revenue survey no|r s no|rs no|file no|ref|ref no|"
        "reference|phone|mobile|mob|tel|call|contact|ph|whatsapp|pin|pincode|pin code|year|since|dated|date|rera|rera no|flat no|house no|shop no|unit no|gala no|office no|floor no|apartment no|bungalow no|budget|cost|price|rate|rs|inr|rupees|₹|worth|"
        "section|regulation|reg|reg no|rule|clause|table|article|udcpr|dcpr|dcr|cgdcr|gdcr|nh|sh|national highway no|route|age|aged|version|item|option|sub plot no|sub plot|milkat|property no|index|scheme no|case no|application no|road no|lane no|gali no|cts number|street no|plot nos|survey|sy no|gate no|khasra|khasra no|7 12|"
        "dp 20|dcpr 20|in the year|bus|bus no|pole no|milestone|dp remark|dp sheet|proposal no|permit no|licence no|license no|iod|cc no|email|gst|invoice|"
        "serial|id|case|project no|prn|member|members|khata number|building no|bldg no|wing no|tower no|type no|exit no|gate",
    ),
)  # fmt: skip

# Words that say along which way a number measures; the thing that they measure is looked for nearby.
DIMENSIONS: dict[str, str] = {
    **dict.fromkeys(("height", "ht", "hgt", "hight", "high", "tall", "unchai", "heigth", "hieght"), "height"),
    **dict.fromkeys(("wide", "width", "broad", "breadth", "chaudi", "chauda", "rundi", "wd", "widht"), "width"),
    **dict.fromkeys(("deep", "depth", "long", "length", "lambi", "lamba", "lambai", "lenght"), "depth"),
}

# Things that have a height, a width, a depth. The label is what "<thing> <dimension>" states.
SUBJECTS: dict[str, str] = {
    **dict.fromkeys(
        "plot|site|land|parcel|jamin|zameen|zamin|corner plot|property|plot of land|प्लॉट|my plot|our plot|ploat|holding".split("|"), "plot"
    ),
    **dict.fromkeys(
        (
        "building|bldg|tower|block|wing|structure|bungalow|house|footprint|shed|apartment|complex|villa|building footprint|home|hospital|"
        "hotel|mall|school|warehouse|factory|godown|office|college|temple|buildings|towers|duplex|row house|showroom|theatre|hostel|ours|"
        "skyscraper|high rise|chawl|proposal|project|flats|apartments|hall"
    ).split("|"),
        "building",
    ),
    **dict.fromkeys(
        (
        "road|roads|street|lane|rd|dp road|abutting road|highway|gali|rasta|marg|raod|"
        "alley|tp road|main road|public road|public street|service road|nh|national highway|state highway|express highway|expressway|front road|side road|adjoining road|fronting road|"
        "existing road"
    ).split("|"), "road"
    ),
    **dict.fromkeys(["stilt", "stilts", "stilt floor", "stilt parking", "hollow plinth"], "stilt"),
    **dict.fromkeys("floor|floors|storey|storeys|each floor|typical floor|each storey|every floor|typical floors|all floors".split("|"), "floor"),
    **dict.fromkeys(["staircase", "stair", "stairs", "staircases", "stairway", "flight", "stair case", "main staircase"], "staircase"),
    **dict.fromkeys("margin|margins|setback|setbacks|open space|front margin|side margin|rear margin|side margins".split("|"), "margin"),
    **dict.fromkeys(
        (
        "river|nala|nalla|nallah|nullah|canal|creek|lake|sea|pond|drain|storm water drain|water tank|overhead tank|oht|elevated tank|tank|"
        "esr|gsr|flyover|fly over|bridge|foot over bridge|fob|skywalk|metro|metro station|metro line|metro rail|railway|railway line|"
        "railway track|railway station|rail line|station|monorail|ht line|high tension line|high tension wire|power line|electric line|"
        "transmission line|transmission tower|mobile tower|water tower|cell tower|telecom tower|tv tower|tree|trees|"
        "retaining wall|fence|gate|parapet|lift|lift shaft|lift machine room|machine room|ramp|"
        "driveway|drive way|passage|corridor|footpath|balcony|chajja|canopy|porch|terrace|bedroom|door|window|shutter|chimney|"
        "hill|hillock|well|borewell|statue|hoarding|pole|neighbour s building|neighbor s building|neighbours building|neighbour building|"
        "neighbouring building|neighboring building|adjacent building|adjoining building|nearby building|next building|next door building|"
        "opposite building|building next door|building opposite|adjacent tower|neighbouring tower|nearby tower|neighbouring structure|"
        "adjacent structure|surrounding buildings|other buildings|neighbour s house|neighbours house|neighbour|neighbours|neighbor|"
        "neighboring plot|neighbouring plot|adjacent plot|adjoining plot|next plot|neighbour s plot|nearby plot|existing building|nearest building|closest building|next tower|"
        "existing structure|existing bungalow|existing house|existing chawl|old building|old structure|old house|old bungalow|"
        "existing shed|present building|dilapidated building|airport|runway|tunnel|dam|mosque nearby|temple nearby|mandir nearby|"
        "green strip|green belt strip|strip|divider|median|garden|lawn|pool|swimming pool|wall|boundary|water body|talav|fire tender|"
        "subway|underpass|dp reservation|sewer|sewer line|pipeline|gas line|water main|main line|gutter|culvert|highway flyover|cliff|"
        "quarry|mobile mast|antenna|car lift|column|beam|slab|building nearby|building behind|tower nearby|building across|existing tower|"
        "sky bridge|church tower|temple shikhar|bus stop|bus depot|depot|school nearby|market nearby|junction|square|chowk|circle|signal|"
        "cross road|bypass flyover|rob|rail over bridge|landmark|jogging track|cycle track|metro corridor|metro viaduct|viaduct|brts|"
        "brts corridor|electric pole|transformer|substation|stp|water pipe|hawker zone|nursery garden|reservation|buffer|buffer zone|nalah|"
        "stream|rivulet|spire|crane|dome|clock tower|monument|fort wall|city wall|city gate|stack"
    ).split("|"),
        "noise",
    ),
}  # fmt: skip

MEASURED: dict[tuple[str, str], str] = {
    **DETAIL_MEASURES,
    ("plot", "width"): "plot width", ("plot", "depth"): "plot depth", ("plot", "height"): "height",
    ("building", "width"): "building width", ("building", "depth"): "building depth", ("building", "height"): "height",
    ("road", "width"): "road", ("road", "depth"): "not ours", ("road", "height"): "height",
    ("stilt", "height"): "stilt height", ("floor", "height"): "floor height", ("staircase", "width"): "staircase",
    ("floor", "width"): "not ours", ("floor", "depth"): "not ours", ("stilt", "width"): "not ours", ("stilt", "depth"): "not ours",
    ("staircase", "height"): "not ours", ("staircase", "depth"): "not ours",
    ("margin", "width"): "margin", ("margin", "depth"): "margin", ("margin", "height"): "height",
    ("noise", "width"): "not ours", ("noise", "depth"): "not ours", ("noise", "height"): "not ours",
}  # fmt: skip

# Sides of a plot; the value is the fields that a number beside the phrase states.
_FRONT, _SIDE, _OTHER, _REAR = "front_setback_m", "side_setback_m", "other_side_setback_m", "rear_setback_m"
_NOUNS = (
    "",
    " margin",
    " margins",
    " setback",
    " setbacks",
    " set back",
    " open space",
    " open spaces",
    " marginal distance",
    " marginal open space",
    " marginal open spaces",
    " offset",
    " side margin",
    " side setback",
    " side open space",
    " marginal space",
    " distance margin",
    " yard",
    " mos",
)
_SIDE_WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("front", "road side", "roadside", "frontside", "front side", "frnt", "road facing side", "towards road", "towards the road", "from the road", "from road", "from road side", "street side", "facing road side"), (_FRONT,)),
    **dict.fromkeys(("rear", "back", "backside", "rear side", "back side", "behind", "rare", "reare", "bk"), (_REAR,)),
    **dict.fromkeys(("side", "sides", "both sides", "either side", "each side", "two sides", "both the sides", "on both sides", "lateral", "both side", "either sides", "sideway", "side ways", "2 sides", "flank"), (_SIDE,)),
    **dict.fromkeys(("left", "left side", "left hand side", "lhs", "left hand", "side 1", "first side", "one side", "north side", "east side"), ("left",)),
    **dict.fromkeys(("right", "right side", "right hand side", "rhs", "right hand", "side 2", "second side", "south side", "west side"), ("right",)),
    **dict.fromkeys(("other side", "the other side", "another side", "opposite side", "other"), (_OTHER,)),
    **dict.fromkeys(("other sides", "remaining sides", "three sides", "other three sides", "remaining three sides", "rest sides", "all other sides", "rest", "remaining", "all three sides", "three other sides", "3 sides", "other 3 sides", "remaining 3 sides", "all the other sides", "rest of the sides", "elsewhere", "all others", "others"), (_SIDE, _REAR)),
    **dict.fromkeys(("all sides", "all side", "all four sides", "four sides", "all around", "all round", "all the sides", "all the four sides", "every side", "around the building", "all 4 sides", "4 sides", "around", "all directions", "all along", "allround", "all arround", "each of the four sides", "periphery", "charo taraf"), ("setback_m",)),
}  # fmt: skip
SIDES: dict[str, tuple[tuple[str, ...], bool]] = {
    f"{words}{noun}": (fields, bool(noun))
    for words, fields in _SIDE_WORDS.items()
    for noun in (_NOUNS if words not in ("behind", "other", "rest", "remaining", "around", "elsewhere", "others") else _NOUNS[:7])
}
for _before in (
    "margin on",
    "margin at",
    "margin in",
    "margins on",
    "margin from",
    "setback on",
    "setback from",
    "setback at",
    "setback in",
    "open space on",
    "open space at",
    "open space in",
    "margin on the",
    "margin at the",
    "margin in the",
    "setback on the",
    "setback at the",
    "setback in the",
    "margins on the",
    "setbacks on",
    "margin to",
    "margin from the",
    "margins at",
    "margins in",
):
    for _words, _fields in _SIDE_WORDS.items():
        SIDES.setdefault(f"{_before} {_words}", (_fields, True))

for _words in ("other margins", "other setbacks", "other open spaces", "other marginal open spaces", "remaining margins"):
    SIDES[_words] = ((_SIDE, _REAR), True)

MARGIN_NOUNS = frozenset({"margin", "margins", "setback", "setbacks", "offset", "offsets", "marginal", "mos"})

# Words that may stand between a number and its label without weakening their bond.
CONNECTORS = frozenset(
    ["of", "is", "=", ":", "-", "(", ")", "[", "]", "are", "at", "about", "approx", "approximately", "around", "will", "be", "to", "shall", "kept", "being", "as", "the", "a", "an", "size", "only", "say", "upto", "up", "max", "maximum", "min", "minimum", "@", "~", "'", "has", "having", "have", "proposed", "provide", "provided", "providing", "measuring", "admeasuring", "measures", "total", "equal", "equals", "roughly", "nearly", "exactly", "just", "it", "its", "s", "by", "i", "e", "ie", "e.g", "was", "would", "should", "must", "keep", "keeping", "ka", "ki", "ke", "no", "chhe", "che", "hai", "nu", "ni", "na", "cha", "chi", "che", "ahe", "for", "wide", "width", "area", "existing", "sanctioned", "dp", "tp", "public", "main", "clear", "each", "actual", "permissible", "allowed", "required", "#", "*", '"', "?", "_", ".", "in", "new", "planned", "desired", "total", "overall", "gross", "internal", "approach", "access", "concrete", "tar", "our", "my", "me", "we", "our's", "this", "that", "which", "intended", "requested", "wanted", "ca", "circa", "almost", "m", "mtr", "metres", "meters", "metre", "meter", "ft", "feet", "sqm", "sq", "sqft", "mt", "mts", "mtrs"]
)  # fmt: skip

HARD_STOPS = frozenset(";|\n")
CHANGES = frozenset(
    (
        "change|changed|changing|reduce|reduced|reducing|increase|increased|increasing|raise|raised|raising|lower|lowered|lowering|cut|"
        "revise|revised|revising|modify|modified|modifying|update|updated|bring|brought|drop|dropped|decrease|decreased|decreasing|switch|"
        "switched|move|moved|shift|shifted|convert|converted|alter|altered|trim|shrink|enlarge|amend|amended|correct|corrected|replace|"
        "replaced|go|goes|went|revised|down|up|increase|expand|bump"
    ).split("|")
)  # fmt: skip
WIDENING = frozenset({"widen", "widened", "widening", "expanded"})
AFTER_CORRECTION = frozenset(
    {"sorry", "actually", "correction", "rather", "now", "oops", "mean", "meant", "revised", "wait", "corrected", "finally", "instead"}
)
INJECTION = frozenset({"ignore", "disregard", "forget", "override", "bypass", "pretend", "jailbreak"})
INJECTED = frozenset(
    (
        "instruction|instructions|rules|rule|regulations|regulation|previous|above|earlier|prior|system|everything|prompt|limits|guidelines|checks|law|laws|all"
    ).split("|")
)

Phrase = tuple[tuple[str, ...], str, object]


def phrases() -> list[Phrase]:
    """Return every phrase of the tables as (words, kind, what it names)."""
    found: list[Phrase] = []
    for label, texts in (*DETAIL_LABELS, *_LABELS):  # of one phrase the narrower label goes first
        found += [(tuple(text.split()), "label", label) for text in dict.fromkeys(texts.split("|"))]
    found += [((word,), "dimension", dimension) for word, dimension in DIMENSIONS.items()]
    found += [(tuple(text.split()), "subject", subject) for text, subject in {**SUBJECTS, **DETAIL_SUBJECTS}.items()]
    found += [(tuple(text.split()), "side", fields) for text, fields in SIDES.items()]
    return found


BY_NAME: dict[str, Label] = {}
for _entry, _texts in (*_LABELS, *DETAIL_LABELS):
    BY_NAME.setdefault(_entry.name, _entry)
