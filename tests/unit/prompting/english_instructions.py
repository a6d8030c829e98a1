"""English instructions full of foreign names, for rules that must stay silent on them."""

from __future__ import annotations

from itertools import product

NAMES = """crème brûlée|pain au chocolat|pho bo|bánh mì|nasi goreng|pad thai|coq au vin
boeuf bourguignon|currywurst|Käsespätzle|smørrebrød|köttbullar|paella valenciana
patatas bravas|tacos al pastor|tteokbokki|okonomiyaki|baba ghanoush|gulab jamun
pão de queijo|feijoada|pierogi ruskie|gnocchi alla romana|spaghetti alle vongole
pizza quattro stagioni|tarte tatin|mille-feuille|Sachertorte|dulce de leche
café con leche|ukiyo-e print|sumi-e|wabi-sabi bowl|chinoiserie screen
trompe-l'oeil door|Art Nouveau lamp|Jugendstil facade|De Stijl chair|Bauhaus lamp
Biedermeier chest|Día de los Muertos altar|papel picado|azulejos|talavera pot
kintsugi vase|ikebana|noren curtain|shoji screen|tatami mat|futon|Poäng armchair
Fjällräven backpack|Le Creuset pot|La Marzocca machine|Fiat Cinquecento
Citroën deux chevaux|Vespa|Deux Magots sign|Rio de Janeiro skyline
Cinque Terre village|Costa del Sol beach|Mont Saint-Michel|Côte d'Azur harbour
Sagrada Família|Piazza San Marco|Hagia Sophia|Schloss Neuschwanstein|Plaza de España
Île de la Cité|Champs-Élysées|São Paulo street|Malmö square|Łódź tram|Kraków market
Playfair Display|Gill Sans|Trajan Pro|Bodoni Moda|Noto Sans|La Belle Aurore
haute couture gown|prêt-à-porter coat|lederhosen|dirndl|hanbok|áo dài|qipao
guayabera|sari|pashmina|Frida Kahlo|Leonardo da Vinci|Vincent van Gogh
Hieronymus Bosch|Käthe Kollwitz|Cyrano de Bergerac|Oscar de la Renta
monstera deliciosa|ficus lyrata|Pilea peperomioides|bougainvillea|ylang-ylang
edelweiss"""
FRAMES = (
    "Add {} on the left",
    "Replace the sign with {}",
    "make it look like {}",
    "{} instead of the vase, same lighting",
    "Put the woman in front of {} and keep her pose",
    "Could you swap {} for {}, please?",
    "Style of {}",
    "remove {}",
    "A {} beside {} under warm light, and keep everything else as it is",
    "Turn {} red",
)
PLAIN = """Undo that|Brighter|Warmer, softer, calmer|Less noise|no people|Blue hour|Crop tight
Sharpen eyes|Make him older|Snow everywhere|Red dress|Dawn fog|Zoom in
Same but at night|Colour grade: teal and orange|Man in a hat
Die-cut sticker of the fox|Den with a fire|Pan left a bit|On the barn, hang a lei
Do as before|Retro 70s sofa, plaid blanket, shag rug|Bokeh, 85mm, f/1.4, golden hour
4k 8k uhd hdr|b&w photo|man + dog|Use Helvetica for the title|Add a la carte menu
Put on a beret|En plein air painting|Make the chic salon an atelier|Give her a bob
Turn the van into a tram|Film noir|Dim sum on a tray|Al fresco dining
Tea for two on the veranda|Hang a sale banner|Place a comma on the tile
Let the sun set|Plus size model, same pose|Add sand and a sail"""


def english_instructions() -> list[str]:
    """More than a thousand instructions."""
    names = [name for row in NAMES.splitlines() for name in row.split("|")]
    framed = [
        frame.format(name, names[i * 7 % len(names)])
        for (i, name), frame in product(enumerate(names), FRAMES)
    ]
    return framed + [line for row in PLAIN.splitlines() for line in row.split("|")]
