"""Reads what must stay: "while keeping the red cup unchanged", "do not change the framing".

Yields keeps; whether an operation can honour them is decided elsewhere.
"""

from __future__ import annotations

from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.thing_rules import Unfound
from kontext_studio.engine.operations import (
    Aspect,
    ColourThing,
    Keep,
    KeepAspect,
    KeepRest,
    KeepThing,
    KeepUnseen,
)

A = Aspect
_ASPECTS: dict[str, Aspect] = {
    "composition|framing|frame|layout|crop|viewpoint|perspective|geometry|arrangement": A.FRAMING,
    "camera [angle|position|view|viewpoint|framing|distance]": A.FRAMING,
    "angle|position|positions|positioning|placement|location|orientation|alignment": A.FRAMING,
    "point of view": A.FRAMING,
    "image composition": A.FRAMING,
    "aspect ratio": A.SIZE,
    "size|resolution|dimensions|proportions|scale": A.SIZE,
    "light|lighting|illumination|exposure|brightness|daylight": A.LIGHT,
    "light direction|conditions": A.LIGHT,
    "direction of [the] light": A.LIGHT,
    "lighting direction|conditions": A.LIGHT,
    "color|colors|palette|hue|hues|tones|saturation|coloring|tint": A.COLOUR,
    "color palette|scheme|grading|balance|temperature|tone|tones": A.COLOUR,
    "white balance": A.COLOUR,
    "contrast": A.CONTRAST,
    "shadows|highlights|reflections|shading": A.CONTRAST,
    "texture|textures|pattern|patterns|fabric|material|materials|finish|surface|grain": A.TEXTURE,
    "(brush|paper|fabric|surface|skin) texture": A.TEXTURE,
    "brushwork|brushstrokes": A.TEXTURE,
    "detail|details|sharpness|focus|clarity|quality|text|lettering|letters|typography": A.DETAIL,
    "image quality": A.DETAIL,
    "fine details": A.DETAIL,
    "style|look|aesthetic|realism|photorealism|medium": A.LOOK,
    "photorealistic|realistic|photographic|original|artistic (style|look)": A.LOOK,
    "painting|photo|visual (style|look)": A.LOOK,
    "style of <picture>": A.LOOK,
    "mood|atmosphere|feel|vibe|ambience": A.LIGHT,
    "time of day": A.LIGHT,
    "pose|poses|posture|expression|expressions|identity|likeness|character|gesture": A.SHAPE,
    "facial features|expression|expressions|identity|structure": A.SHAPE,
    "(face|body) shape": A.SHAPE,
    "hairstyle|features|shape|shapes|form|forms|structure|silhouette": A.SHAPE,
    "design|outline|outlines": A.SHAPE,
    "content|contents|subject|subjects|objects|elements": A.SHAPE,
    "season|weather": A.SEASON,
}


def add_keep_rules(g: Grammar) -> None:
    g.choice("aspectname", _ASPECTS)
    g.rule(
        "same",
        "[exact|exactly] same|original|exact|current|existing|overall|whole|entire",
        lambda _c: 1,
    )
    g.rule(
        "kept",
        """
        [<before>] [<same>] [<same2=same>] <aspectname> [of <picture>]
        [<before>] [<same>] [<same2=same>] <aspectname> of|in [the] <noun>
        """,
        _aspect,
    )
    g.rule(
        "kept",
        """
        everything|all else [in|of <picture>]
        everything|anything|nothing else
        [the] rest [of <picture>]
        all [the] other [<plainword>]
        [the] other [<plainword>] [<plainword>]
        <picture>
        """,
        lambda c: KeepRest(_written(c)),
    )
    g.rule("kept", "<thing>", lambda c: KeepThing(c.one("thing", ColourThing)))
    g.rule("kept", "[<same>] <unfound>\n[the] [<same>] <unfound>", _unseen)
    g.rule("keeps", "<kept>\n<kept> (, and|,|and|&|or|as well as|plus) <more=keeps>", _keep_list)
    g.rule(
        "asis",
        """
        [exactly|completely|fully|entirely|totally] [the] \
            same|unchanged|intact|identical|untouched|unaltered|fixed|constant|original
        [exactly|just] as|like [it|they|is] [is|are|it|was|were]
        [exactly|just] as it|they is|are|was|were
        [exactly|just] the way it|they is|are
        alone
        in place
        the same as before
        in [full|its|their] [original] color
        unmodified|consistent|unedited|stable|preserved|visible
        """,
        lambda _c: True,
    )
    g.rule(
        "keepclause",
        """
        [(while|whilst|but|and|, [while|but|and])] [also] \
            keeping|preserving|maintaining|retaining|leaving|protecting <keeps> [<asis>] \
                [<throughout>]
        [while|but|and] keep|preserve|maintain|retain|leave|protect <keeps> [<asis>] \
            [<throughout>]
        [(make sure|ensure|be sure)] [that|to] [you] keep|preserve|maintain|retain|leave \
            <keeps> [<asis>]
        [(make sure|ensure)] [that] <keeps> stay|stays|remain|remains|is|are [kept] [<asis>]
        [but|and] without changing|touching|altering|affecting|modifying|editing|losing|moving \
            <keeps>
        [but|and] [you] do|should|must not \
            change|touch|alter|affect|modify|edit|lose|move|recolor|adjust <keeps>
        [but|and] never change|touch|alter|modify <keeps>
        [but|and] <keeps> should|must|may|can|shall|do|does|will not [be] \
            change|changed|touched|altered|affected|modified|edited|move|moved
        [but|and] leave <keeps> [<asis>]
        [but|and] with <keeps> [kept|left|remaining|staying] <asis>
        [but] except [for]|excluding <keeps> [<asis>]
        [but] apart|aside from <keeps>
        [but] other than <keeps>
        but not <keeps>
        with <same> <keeps>
        [,] <same> <keeps>
        <keeps> [(should|must|has to|have to|needs to)] stay|stays|remain|remains|be|is|are \
            [kept] <asis>
        <keeps> <asis>
        change|alter|touch|edit|modify nothing else
        nothing else [should|must|may] [be] [change|changes|changed|touched]
        only [change|edit|touch|alter] that|it|this
        """,
        _keep_clause,
    )
    # Things are never added or taken away here, and the frame stays unless a crop is asked for.
    g.rule(
        "keepclause",
        """
        [but|and] [you] do|should|must not add|remove|insert|invent|delete|erase|replace \
            anything [else|new] [(to|from|in) <picture>]
        [but|and] [you] do|should|must not add|remove|insert|invent|delete|erase|replace <keeps>
        [but|and] without adding|removing|inserting|inventing|deleting|erasing|replacing \
            anything [else|new]
        [but|and] without adding|removing|inserting|inventing|deleting|erasing|replacing <keeps>
        """,
        lambda _c: (KeepRest("everything else"),),
    )
    g.rule(
        "keepclause",
        """
        [but|and] [you] do|should|must not crop|rotate|flip|mirror|tilt|reframe [<wholearea>]
        [but|and] without cropping|rotating|flipping|mirroring|tilting|reframing [<wholearea>]
        """,
        lambda c: (KeepAspect(Aspect.FRAMING, _written(c), c.start, c.end),),
    )


def _written(c: Captures) -> str:
    return " ".join(token.text for token in c.tokens[c.first : c.last])


def _aspect(c: Captures) -> Keep:
    return KeepAspect(c.one("aspectname", Aspect), _written(c), c.start, c.end)


def _unseen(c: Captures) -> Keep:
    unfound = c.one("unfound", Unfound)
    return KeepUnseen(unfound.words, unfound.noun, unfound.start, unfound.end)


def _keep_list(c: Captures) -> tuple[Keep, ...]:
    own = [*c.every("kept", object)]
    keeps = [k for k in own if isinstance(k, KeepAspect | KeepRest | KeepThing | KeepUnseen)]
    return (*keeps, *(c.maybe("more", tuple) or ()))


def _keep_clause(c: Captures) -> tuple[Keep, ...]:
    return c.maybe("keeps", tuple) or (KeepRest("everything else"),)
