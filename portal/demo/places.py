"""Where the demo's people and companies are: countries, their cities, and how their companies are named. All invented but the places."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Country:
    """`share` is a weight; `language` finds the words that names are made of."""

    name: str
    share: float
    dial: str
    language: str
    legal_forms: tuple[str, ...]
    cities: tuple[str, ...]


def _country(name: str, share: float, dial: str, language: str, forms: str, cities: str) -> Country:  # noqa: PLR0917  a table reads best in columns
    return Country(name, share, dial, language, tuple(forms.split(";")), tuple(cities.split("/")))


COUNTRIES: Final = (
    _country(
        "Germany", 24, "49", "german", "GmbH;GmbH;GmbH & Co. KG;AG", "Bremen/Kassel/Leipzig/Mannheim/Ulm"
    ),
    _country("Austria", 5, "43", "german", "GmbH;AG", "Graz/Linz/Wels"),
    _country("Switzerland", 5, "41", "german", "AG;GmbH", "Basel/St. Gallen/Winterthur"),
    _country("France", 9, "33", "french", "SAS;SA", "Angers/Lyon/Metz/Toulouse"),
    _country("Belgium", 3, "32", "dutch", "NV;BV", "Antwerp/Ghent/Leuven"),
    _country("Netherlands", 7, "31", "dutch", "B.V.", "Arnhem/Breda/Eindhoven/Zwolle"),
    _country("Italy", 7, "39", "italian", "S.p.A.;S.r.l.", "Bergamo/Bologna/Modena/Turin"),
    _country("Spain", 5, "34", "spanish", "S.A.;S.L.", "Bilbao/Valencia/Zaragoza"),
    _country("Portugal", 2, "351", "portuguese", "Lda.;S.A.", "Aveiro/Braga"),
    _country("Poland", 5, "48", "polish", "Sp. z o.o.;S.A.", "Gdynia/Katowice/Łódź/Wrocław"),
    _country("Czechia", 2, "420", "czech", "s.r.o.;a.s.", "Brno/Plzeň"),
    _country("Sweden", 5, "46", "nordic", "AB", "Gävle/Linköping/Malmö"),
    _country("Norway", 2, "47", "nordic", "AS", "Bergen/Trondheim"),
    _country("Denmark", 3, "45", "nordic", "A/S;ApS", "Aarhus/Odense"),
    _country("Finland", 3, "358", "finnish", "Oy", "Oulu/Tampere/Turku"),
    _country("United Kingdom", 7, "44", "english", "Ltd;plc", "Bristol/Leeds/Sheffield/Swansea"),
    _country("Ireland", 2, "353", "english", "Ltd", "Cork/Limerick"),
    _country("United States", 4, "1", "english", "Inc.;LLC", "Columbus/Milwaukee/Tulsa"),
    _country("India", 2, "91", "indian", "Pvt. Ltd.", "Chennai/Pune"),
    _country("Türkiye", 2, "90", "turkish", "A.Ş.", "Bursa/İzmir"),
)

# Two halves of an invented place name each, as companies are often called.
ROOTS: Final = {
    "german": ("Ahren Birken Falken Grün Hasel Linden Moor Rauen Sieben Tannen Weiden Wolfs", "bach berg feld furt hagen hof tal werth"),
    "french": ("Beau Clair Font Haute Mont Roche Val Vert", "aubry court lieu mare rive sac sainte ville"),
    "dutch": ("Berg Dor Eiken Hout Molen Ooster Water Wester", "dijk hoven meer schot veld zande"),
    "italian": ("Bel Cast Fior Mar Ros Torr Val Verd", "amara avia ena ello etta orno"),
    "spanish": ("Alma Casa Fuente Mira Piedra Río Sierra Vega", "clara dena linda mar nova rrosa"),
    "portuguese": ("Campo Fonte Monte Ribeira Souto Vila", "bela doro fria linda mar nova"),
    "polish": ("Brzez Dąbr Jaworz Kalin Lipow Olsz Wierzb Zabr", "anka ica ina no owice ów"),
    "czech": ("Bor Dub Hrad Javor Kamen Lip", "ava ec ice no ov ovice"),
    "nordic": ("Alv Bjerk Frost Gran Hav Lund Nord Ulv Vinter", "by dal fors hag sund vik"),
    "finnish": ("Haapa Harju Kivi Koivu Lehto Mänty Salo", "joki koski lahti mäki niemi ranta"),
    "english": ("Ash Black Cold Elder Fair Hawk King Marsh Oak Thorn Whit", "borough bridge combe field ford gate ley mere stead well"),
    "indian": ("Anand Chandra Deva Hari Indra Surya Vasu", "giri kunj mitra nagar prabha vana"),
    "turkish": ("Ak Beyaz Deniz Gök Kara Yeşil", "bağ dere kaya ova pınar tepe"),  # noqa: RUF001  Turkish has both
}  # fmt: skip

INDUSTRIES: Final = {
    "Pulp and paper": {"": "Paper/Board/Packaging", "german": "Papier/Karton", "french": "Papiers", "nordic": "Papir"},
    "Food and beverage": {"": "Foods/Dairy/Brewing/Beverages", "german": "Molkerei/Brauerei/Lebensmittel",
                          "french": "Laiteries", "italian": "Alimentari", "spanish": "Alimentos", "dutch": "Zuivel"},
    "Chemicals": {"": "Chemicals/Coatings/Polymers", "german": "Chemie/Lacke", "french": "Chimie", "italian": "Chimica"},
    "Metals": {"": "Metals/Castings/Steel", "german": "Stahl/Guss", "french": "Aciers", "italian": "Acciai"},
    "Water and wastewater": {"": "Water/Utilities", "german": "Wasserwerke", "french": "Eaux", "spanish": "Aguas"},
    "Pharmaceuticals": {"": "Pharma/Biologics/Laboratories", "german": "Arzneimittel/Pharma"},
    "Mining and cement": {"": "Cement/Minerals/Quarries", "german": "Zement/Kalk", "italian": "Cementi"},
    "Energy": {"": "Energy/Power", "german": "Energie/Stadtwerke", "french": "Énergie", "polish": "Energia"},
    "Machine building": {"": "Machinery/Drives/Tools", "german": "Maschinenbau/Antriebe", "italian": "Macchine"},
    "Logistics": {"": "Logistics/Cold Chain", "german": "Logistik/Spedition", "polish": "Transport"},
}  # fmt: skip
