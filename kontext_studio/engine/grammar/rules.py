"""The whole grammar, put together once from the families of rules."""

from __future__ import annotations

from functools import cache

from kontext_studio.engine.grammar.blur_rules import add_blur_rules
from kontext_studio.engine.grammar.clause_rules import add_clause_rules
from kontext_studio.engine.grammar.colour_rules import add_colour_rules
from kontext_studio.engine.grammar.common_rules import add_common_rules
from kontext_studio.engine.grammar.complaint_rules import add_complaint_rules
from kontext_studio.engine.grammar.crop_rules import add_crop_rules
from kontext_studio.engine.grammar.geometry_rules import add_geometry_rules
from kontext_studio.engine.grammar.keep_rules import add_keep_rules
from kontext_studio.engine.grammar.known_rules import add_known_rules
from kontext_studio.engine.grammar.lettering_rules import add_lettering_rules
from kontext_studio.engine.grammar.level_rules import add_level_rules
from kontext_studio.engine.grammar.matcher import Grammar
from kontext_studio.engine.grammar.meaning import Unmet
from kontext_studio.engine.grammar.scene_rules import add_scene_rules
from kontext_studio.engine.grammar.style_rules import add_style_rules
from kontext_studio.engine.grammar.thing_rules import add_thing_rules
from kontext_studio.engine.grammar.tint_rules import add_tint_rules
from kontext_studio.engine.grammar.tone_rules import add_tone_rules
from kontext_studio.engine.grammar.wish_rules import add_wish_rules


@cache
def grammar() -> Grammar:
    """Earlier families win where two read the same words."""
    g = Grammar(is_poor=_has_gap)
    add_common_rules(g)
    add_colour_rules(g)
    add_thing_rules(g)
    add_known_rules(g)
    add_crop_rules(g)
    add_geometry_rules(g)
    add_lettering_rules(g)
    add_scene_rules(g)
    add_style_rules(g)
    add_tint_rules(g)
    add_tone_rules(g)
    add_level_rules(g)
    add_blur_rules(g)
    add_clause_rules(g)
    add_wish_rules(g)
    add_complaint_rules(g)
    add_keep_rules(g)
    g.check()
    return g


def _has_gap(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, Unmet) for item in value)


@cache
def vocabulary() -> frozenset[str]:
    """Every word that some rule knows."""
    return grammar().vocabulary()
