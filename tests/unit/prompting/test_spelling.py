from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.prompting.spelling import Misspelling, Speller

# Slips as fingers make them, with what was meant; none is a row of any corpus.
SLIPS = """
chnage=change chaneg=change repalce=replace repace=replace remvoe=remove removve=remove
romove=remove recolr=recolor kepe=keep keeep=keep exatly=exactly exaclty=exactly
everthing=everything evrything=everything backround=background bacground=background
backgroudn=background foregorund=foreground lihgting=lighting lightinng=lighting shaddow=shadow
shadwo=shadow relfection=reflection reflectoin=reflection tunr=turn trun=turn womna=woman
wonan=woman jakcet=jacket jaket=jacket jackt=jacket swaeter=sweater sweatre=sweater
trousres=trousers drss=dress hiarstyle=hairstyle hairstlye=hairstyle sunglases=sunglasses
glases=glasses neckalce=necklace umbrela=umbrella umbrlla=umbrella bicylce=bicycle
motercycle=motorcycle buterfly=butterfly kichen=kitchen kitchn=kitchen cabinte=cabinet
cuchion=cushion cusion=cushion courtain=curtain curtian=curtain carpt=carpet wlal=wall flor=floor
cieling=ceiling celing=ceiling windwo=window widnow=window dorr=door chiar=chair tabel=table
sofaa=sofa balcany=balcony garden=garden gardn=garden flowres=flowers flowrs=flowers tulpis=tulips
suflower=sunflower moutain=mountain montain=mountain baech=beach sunest=sunset sunsett=sunset
clowds=clouds cluods=clouds straet=street strete=street yelow=yellow yellwo=yellow oragne=orange
purpel=purple puple=purple turqouise=turquoise turquiose=turquoise burgandy=burgundy
lavendar=lavender lavander=lavender maroom=maroon begie=beige emrald=emerald crimsom=crimson
golen=golden silvr=silver leahter=leather lether=leather velvt=velvet marbel=marble wodden=wooden
ceramc=ceramic cermaic=ceramic concret=concrete bras=bras vintge=vintage vitnage=vintage
rutsic=rustic minimalst=minimalist watercolur=watercolour watercolr=watercolor cinamatic=cinematic
cinemtaic=cinematic photorealstic=photorealistic realisitc=realistic cartoom=cartoon pencle=pencil
scetch=sketch skecth=sketch paintng=painting expresion=expression expresson=expression
indentity=identity positon=position postion=position composiiton=composition
perspectve=perspective camrea=camera anlge=angle fraiming=framing surounding=surrounding
seperate=separate diffrent=different diferent=different orignal=original origional=original
beautifull=beautiful goregous=gorgeous coulour=colour colro=color letering=lettering
headlne=headline captoin=caption posterr=poster restarant=restaurant croisant=croissant
cappucino=cappuccino choclate=chocolate strawbery=strawberry vegatables=vegetables thorugh=through
behnid=behind beetween=between infront=in+front withuot=without teh=the wiht=with adn=and
fromt=front botom=bottom uper=upper leftt=left rihgt=right corener=corner
"""
RIGHT = """
recolour recolor greys grays ecru bokeh sumi-e ukiyo-e wabi-sabi desaturate backlit rimlit
chinoiserie kintsugi greige taupe teal ochre ocher façade facade café jewellery jewelry aluminium
tyre kerb mould travelling traveling modelling grey-green off-white close-up mid-century
art-nouveau woman's women's tiles' sofa's don't it's t-shirt tshirt hoodie hoodies culottes qipao
keffiyeh monstera pampas labradoodle croissant tiramisu ramen bánh smörgåsbord vespa ferrari
helvetica sans-serif cyberpunk vaporwave cottagecore moodboard relight uncrop unblur oversized
velvety sunlit golden-hour lampshades countertop backsplash terrazzo shiplap wainscoting boucle
herringbone houndstooth scalloped macramé pixelated lowpoly hdr dslr rgb photorealistic
hyperrealistic Klimt-like fish-eye blue-ish tree-lined rain-slicked
"""


def slips() -> list[tuple[str, str]]:
    pairs = (entry.split("=") for entry in SLIPS.split())
    return [(typed, meant.replace("+", " ")) for typed, meant in pairs if typed != meant]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller()


def test_slips_of_the_fingers_are_found_and_most_get_the_right_word_first(speller):
    found = {typed: speller.check([typed]) for typed, _ in slips()}
    missed = [typed for typed, said in found.items() if not said]
    assert len(missed) <= len(found) // 12, missed
    first = [m for t, m in slips() if found[t] and found[t][0].suggestions[0] == m]
    assert len(first) >= 0.85 * (len(found) - len(missed))


def test_right_words_of_both_spellings_and_of_the_crafts_are_left_alone(speller):
    words = RIGHT.split()
    assert [said.word for said in speller.check(words)] == []
    assert [
        said.word for said in speller.check([word.capitalize() for word in words], range(999))
    ] == []


def test_suggestions_wear_the_capital_of_the_word(speller):
    assert speller.check(["Chnage", "the"]) == (Misspelling(0, "Chnage", ("Change",)),)


def test_names_codes_and_shouting_are_not_judged(speller):
    assert speller.check(["Add", "Chnage", "BACKGROUDN", "iPhnoe", "m4ke", "x", "ff6b35"]) == ()


def test_a_capital_counts_for_nothing_where_a_sentence_starts(speller):
    words = ["Add", "snow", "Remvoe", "clouds"]
    assert [said.index for said in speller.check(words, sentence_starts=(0, 2))] == [2]


def test_only_the_wrong_part_of_a_compound_changes(speller):
    (said,) = speller.check(["studio-gery"], ())
    assert said.suggestions[0] == "studio-grey"
    (said,) = speller.check(["womna's"], ())
    assert said.suggestions[0] == "woman's"


def test_two_words_written_as_one_are_parted(speller):
    (said,) = speller.check(["tothe"])
    assert said.suggestions[0] == "to the"


def test_names_of_dishes_and_places_are_not_judged_next_to_their_particles(speller):
    assert speller.check("a plate of patatas con moje and torta della nona".split(), ()) == ()


def test_personal_words_are_left_alone_until_forgotten():
    speller = Speller(["Backgroudn"])
    assert speller.check(["backgroudn", "backgroudns", "Backgroudn’s"]) == ()
    speller.learn("remvoe")
    speller.forget("backgroudn")
    assert speller.personal == ("remvoe",)
    assert [said.word for said in speller.check(["remvoe", "backgroudn"])] == ["backgroudn"]
    assert speller.knows("remvoe")
    assert not speller.knows("backgroudn")


def test_a_word_far_from_all_others_is_taken_for_a_name(speller):
    assert speller.suggestions("xqzvkj") == ()
    assert speller.check(["xqzvkj"]) == ()


def test_the_dictionary_can_be_read_ahead_in_a_thread():
    speller = Speller()
    threads = [threading.Thread(target=speller.load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert speller.is_loaded
    assert speller.knows("turquoise")


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_words_get_an_answer_that_is_another_word(words):
    for said in Speller().check(words, range(len(words))):
        assert said.suggestions
        assert said.word not in said.suggestions
