"""Weights, flags and tags that other tools understand and Kontext does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, removed
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import terms

_WEIGHT = re.compile(r"^[(\[]+\s*(?P<words>.*?)\s*:\s?\d(?:\.\d+)?[)\]]+$", re.DOTALL)
_DOUBLE = re.compile(r"(?<!\()\(\(+([^()\n]{1,80})\)\)+")
_PLUS = re.compile(r"(?<=[^\W\d_])(?:\+\+|--)+(?!\w)|(?<=\s)\+{2,}(?=\s|$)")
_BREAK = re.compile(r"\bBREAK\b|\bAND\b(?=\s*\()")
_NEGATIVE = re.compile(r"(?i)\bnegative(?:\s+prompt)?s?\s*:[^\n]*")
# A tag is a stretch between commas that praises the picture as such, in the words of tag lists.
_TAG_WORDS = terms(
    """masterpiece masterpieces best quality high ultra ultra-detailed hyper highly super extremely
    very insanely detailed hyperdetailed hyper-detailed super-detailed intricate details detail
    8k 4k 16k 2k uhd hdr hd fhd qhd resolution highres absurdres hi-res high-res hires
    high-resolution ultra-high-resolution trending artstation deviantart cgsociety octane render
    unreal engine vray v-ray redshift arnold ray tracing raytracing ray-traced award-winning
    award winning sharp focus realistic hyperrealistic ultra-realistic ultrarealistic
    hyper-realistic photorealistic top amazing perfect best-quality high-quality top-quality
    score raw photo dslr wallpaper 1girl 1boy solo nsfw sfw newest aesthetic pixiv featured
    behance 500px flickr bokeh lora 5 on of and in"""
)
_SURE = terms(
    """masterpiece masterpieces ultra-detailed hyperdetailed hyper-detailed super-detailed 8k 4k
    16k uhd hdr absurdres highres artstation deviantart cgsociety octane unreal vray v-ray
    award-winning quality best-quality high-quality top-quality detailed intricate raytracing
    1girl 1boy pixiv resolution high-resolution hyperrealistic ultra-realistic ultrarealistic
    hyper-realistic"""
)
_ALONE = terms("detailed intricate resolution quality hyperrealistic hdr")


def sd_syntax(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    straight = reading.straight
    for token in reading.tokens:
        if token.kind is Kind.MARK:
            yield _mark(reading, token)
    quoted = [(t.start, t.end) for t in reading.tokens if t.kind is Kind.QUOTE]
    for pattern in (_DOUBLE, _PLUS, _BREAK):
        for match in pattern.finditer(straight):
            if not _touches(match.span(), quoted) and not _is_mark(reading, match.span()):
                yield _pattern(reading, match)
    negative = _NEGATIVE.search(straight)
    if negative is not None and not _inside(negative.start(), quoted):
        yield _found(
            reading, negative.start(), negative.end(), "negative prompt:", "Delete it", quoted
        )
    end = negative.start() if negative is not None else len(straight)
    for start, stop in _tags(reading, end):
        yield _found(reading, start, stop, reading.text[start:stop], "Delete the tags", quoted)


def _mark(reading: Reading, token: Token) -> Finding:
    shown = reading.text[token.start : token.end]
    weight = _WEIGHT.match(shown)
    if weight is not None and not shown.startswith("<"):
        edit = TextEdit(token.start, token.end, weight["words"])
        title = "Keep the words only" if weight["words"] else "Delete it"
    else:
        edit, title = removed(reading, token.start, token.end), "Delete it"
    message = f"“{shown}” has no effect in Kontext."
    fix = Fix(title, (edit,))
    return Finding("sd-syntax", Severity.WARNING, token.start, token.end, message, (fix,))


def _pattern(reading: Reading, match: re.Match[str]) -> Finding:
    start, end = match.span()
    shown = reading.text[start:end]
    if match.re is _DOUBLE:
        inner = reading.text[match.start(1) : match.end(1)].strip()
        fix = Fix("Keep the words only", (TextEdit(start, end, inner),))
    elif match.re is _PLUS:
        fix = Fix("Delete the signs", (TextEdit(start, end, ""),))
    else:
        fix = Fix("Delete it", (removed(reading, start, end),))
    message = f"“{shown}” has no effect in Kontext."
    return Finding("sd-syntax", Severity.WARNING, start, end, message, (fix,))


def _found(
    reading: Reading,
    start: int,
    end: int,
    shown: str,
    title: str,
    quoted: Sequence[tuple[int, int]],
) -> Finding:
    fixes = [] if _touches((start, end), quoted) else [Fix(title, (removed(reading, start, end),))]
    message = f"“{shown}” has no effect in Kontext."
    return Finding("sd-syntax", Severity.WARNING, start, end, message, tuple(fixes))


def _inside(position: int, quoted: Sequence[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in quoted)


def _touches(span: tuple[int, int], quoted: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in quoted)


def _is_mark(reading: Reading, span: tuple[int, int]) -> bool:
    return _touches(
        span, [(t.start, t.end) for t in reading.tokens if t.kind in (Kind.MARK, Kind.SLOT)]
    )


def _tags(reading: Reading, end: int) -> Iterator[tuple[int, int]]:
    """Runs of tags; neighbours become one."""
    run: tuple[int, int] | None = None
    for segment in _segments(reading.tokens, end):
        if _is_tag(segment):
            start = run[0] if run is not None else segment[0].start
            run = (start, segment[-1].end)
        elif run is not None:
            yield run
            run = None
    if run is not None:
        yield run


def _segments(tokens: Sequence[Token], end: int) -> Iterator[list[Token]]:
    segment: list[Token] = []
    for token in tokens:
        if token.start >= end:
            break
        if token.kind in (Kind.COMMA, Kind.STOP):
            if segment:
                yield segment
            segment = []
        else:
            segment.append(token)
    if segment:
        yield segment


def _is_tag(segment: Sequence[Token]) -> bool:
    if not all(part in _TAG_WORDS for part in segment[0].word.split(" ")):
        return False  # nearly always, and quickly
    words = [part for token in segment for part in token.word.split(" ")]
    if not all(token.is_word or token.kind is Kind.NUMBER for token in segment):
        return False
    if len(words) == 1 and words[0] in _ALONE:
        return False
    return all(word in _TAG_WORDS for word in words) and any(word in _SURE for word in words)


RULES = (Rule("sd-syntax", "Syntax of other tools", sd_syntax),)
