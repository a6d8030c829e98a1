"""What the wording checker may know and what it leaves alone, and the fixes that the program
carries out itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import SessionError
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.wording import Ignored, WordingChoices, once
from kontext_studio.gui.history.names import step_name
from kontext_studio.gui.instruction.model_offer import ModelOffer
from kontext_studio.gui.instruction.price_words import difference_words
from kontext_studio.gui.instruction.snippet_chips import snippet_name
from kontext_studio.gui.instruction.wording_asked import FixAsked, HowLong, IgnoreAsked
from kontext_studio.gui.settings.wording_page import IgnoredRow
from kontext_studio.gui.shell.palette import Palette
from kontext_studio.prompting.run_facts import RunFacts

if TYPE_CHECKING:
    from kontext_studio.gui.presenters.help import Help
    from kontext_studio.gui.studio import Studio
    from kontext_studio.prompting.templates import Snippet, Template

_REWRITES = ("enhance_prompt", "prompt_upsampling")
_SHAPES = ("aspect_ratio", "image_size", "size")
_RATIO = re.compile(r"(\d+)\s*[:xX_]\s*(\d+)")


class Wording(QObject):
    """Joins the panel's findings with the session, the settings and the rest of the window."""

    def __init__(self, studio: Studio, palette: Palette, help_: Help) -> None:
        super().__init__(studio)
        self._studio = studio
        self._bench = studio.bench
        self._palette = palette
        self._panel = panel = studio.window.right.instruction
        self._told: tuple[frozenset[str], frozenset[tuple[str, str]]] | None = None
        self._acts: dict[str, Callable[[FixAsked], object]] = {
            "split": lambda asked: studio.turning.split(asked.text),
            "merge": lambda _asked: self.show_merges(),
            "branch": lambda _asked: self.branch(),
            "branch-choices": self._branch_choices,
            "go-to-parent": lambda _asked: studio.steps.go(studio.steps.parent_of),
            "rebase": lambda _asked: studio.window.actions_by_id["rebase"].trigger(),
            "compare-root": lambda _asked: self._compare_with_root(),
            "retry": lambda _asked: self._retry(),
            "reuse-previous": lambda _asked: self._reuse_previous(),
            "add-picture": lambda _asked: self._add_picture(),
            "switch-model": lambda _asked: self._switch_model(),
            "templates": lambda _asked: self.show_templates(),
            "learn-word": lambda asked: self.learn(asked.words),
            "enhance-off": lambda _asked: self._drop_values(_REWRITES),
            "aspect-input": lambda _asked: self._drop_values(_SHAPES),
            "seed-random": lambda _asked: self._random_seed(),
        }
        self._lent: tuple[tuple[str, str], tuple[str, str]] | None = None  # for one edit only
        studio.running.started.connect(lambda _job: self._give_model_back())
        studio.running.situation_changed.connect(self._name_switch)
        studio.turning.put_aside.connect(studio.running.write_here)
        panel.set_commands(self._acts)
        panel.set_run_facts(self.run_facts)
        panel.fix_command.connect(self._carry_out)
        panel.why_asked.connect(help_.show_guide)
        panel.ignore_asked.connect(self._ignore)
        panel.ignored_wanted.connect(lambda: studio.setting_up.open_wording())
        bridge = studio.bridge
        bridge.session_opened.connect(self.refresh)
        bridge.changed.connect(self.refresh)
        bridge.settings_changed.connect(self.refresh)
        studio.setting_up.heeded.connect(self._heed)

    # What is left alone.

    def refresh(self) -> None:
        """Show what the session and the settings say for the step that is written on now."""
        if not self._bench.is_open:
            return
        step, choices = self._step(), self._bench.wording
        rules = {one.rule for one in choices.ignored if not one.is_once}
        places = {
            (one.rule, one.words) for one in choices.ignored if one.is_once and one.step == step
        }
        told = frozenset(rules | {*self._bench.settings.rules_off}), frozenset(places)
        if told != self._told:
            self._told = told
            self._panel.set_ignored_rules(*told)
        self._studio.setting_up.set_ignored(self._rows(choices))

    def learn(self, word: str) -> None:
        """A word that is no typing error, for good."""
        if word.strip():
            settings = self._bench.settings.with_word(word.strip())
            self._studio.tasks.start(self._bench.change_settings(settings))

    def _ignore(self, asked: IgnoreAsked) -> None:
        if asked.how_long is HowLong.ALWAYS:
            settings = self._bench.settings.with_rule(asked.rule, on=False)
            self._studio.tasks.start(self._bench.change_settings(settings))
            return
        here = once(asked.rule, asked.words, self._step())
        one = here if asked.how_long is HowLong.ONCE else Ignored(asked.rule)
        self._studio.tasks.start(self._choose(lambda choices: choices.ignoring(one)))

    def _heed(self, one: Ignored) -> None:
        self._studio.tasks.start(self._choose(lambda choices: choices.heeding([one])))

    async def _choose(self, change: Callable[[WordingChoices], WordingChoices]) -> None:
        try:
            await self._bench.choose_wording(change(self._bench.wording))
        except SessionError as fault:
            self._studio.faults.show(fault)
        self.refresh()

    def _step(self) -> NodeId | None:
        node = self._studio.steps.edited
        return node.id if node is not None and not self._panel.makes else None

    def _rows(self, choices: WordingChoices) -> tuple[IgnoredRow, ...]:
        session = self._bench.session
        rows = []
        for one in choices.ignored:
            node = session.history.get(one.step)
            named = step_name(session, node, original=node.title or "Original") if node else ""
            rows.append(IgnoredRow(one, f"on {named}" if named else ""))
        return tuple(rows)

    # Fixes that are no edits.

    def _carry_out(self, asked: FixAsked) -> None:
        if (act := self._acts.get(asked.command)) is not None:
            act(asked)

    def branch(self) -> None:
        """The words as they stand, on another step."""
        text = self._panel.edit.toPlainText()
        self._palette.choose_step(
            lambda step: self._studio.tasks.start(self._write_on(NodeId(step), text)),
            "Which step should they edit?",
        )

    def show_merges(self) -> None:
        """The earlier steps from which several could be run as one."""
        node = self._studio.steps.edited
        if node is None:
            return
        path = self._bench.session.history.path(node.id)
        menu = self._menu("mergeMenu", "Run the steps since then as one")
        for place, ancestor in enumerate(path[:-1]):
            count = len(path) - 1 - place + bool(self._panel.edit.toPlainText().strip())
            if count < 2:
                continue
            name = step_name(self._bench.session, ancestor, original=ancestor.title or "Original")
            words = f"{name}: {count} steps as one".replace("&", "&&")
            action = menu.addAction(words)
            action.triggered.connect(
                lambda _on=False, place=place: self._merge(path[place], path[place + 1 :])
            )
        if not menu.actions():
            menu.addAction("No two steps follow each other here").setEnabled(False)
        self._popup(menu)

    def _merge(self, ancestor: Node, steps: tuple[Node, ...]) -> None:
        texts = [one.request.instruction for one in steps if one.request is not None]
        texts += [text] if (text := self._panel.edit.toPlainText()).strip() else []
        self._studio.tasks.start(self._merge_on(ancestor.id, texts))

    async def _merge_on(self, ancestor: NodeId, texts: list[str]) -> None:
        from kontext_studio.prompting.steps import merge_steps

        await self._write_on(ancestor, await asyncio.to_thread(merge_steps, texts))

    async def _write_on(self, step: NodeId, text: str) -> None:
        await self._studio.steps.go_to(step)
        now = self._studio.steps.edited
        if now is None or now.id != step:
            return
        self._studio.window.right.show_tab(0)
        self._studio.running.refresh()
        self._studio.running.write_here(text)

    def _branch_choices(self, asked: FixAsked) -> None:
        node = self._studio.steps.edited
        texts = _each_choice(asked)
        if node is not None and len(texts) > 1:
            self._studio.turning.put_in_line(texts, whole=asked.text, branches=True)

    def _compare_with_root(self) -> None:
        node = self._studio.steps.edited
        if node is not None:
            root = self._bench.session.history.root_of(node.id)
            self._studio.looking.compare(root, node)

    def _retry(self) -> None:
        if (node := self._studio.steps.edited) is not None:
            self._studio.running.rerun(node)

    def _reuse_previous(self) -> None:
        node = self._studio.steps.edited
        if node is not None and node.request is not None:
            self._panel.edit.write_over(node.request.instruction)

    def _add_picture(self) -> None:
        menu = self._menu("addPictureMenu", "Add a picture")
        actions = self._studio.window.actions_by_id
        menu.setToolTipsVisible(True)
        for name in ("reference_step", "reference_file"):
            menu.addAction(actions[name])
        self._popup(menu)

    def _best_offer(self) -> ModelOffer | None:
        """The one that writes best, over the same connection where it has it."""
        offers, now = self._panel.models.offers(), self._panel.models.offer()
        able = [one for one in offers if one.model.tier == "max"]
        here = [one for one in able if now is not None and one.route == now.route]
        pictures = 1 + len(self._panel.references.nodes())
        return next((one for one in (*here, *able) if one.model.max_inputs >= pictures), None)

    def _name_switch(self) -> None:
        """The fix that changes the model says what that costs."""
        best, now = self._best_offer(), self._panel.models.offer()
        if best is None or now is None:
            self._panel.set_command_titles({})
            return
        node = self._studio.steps.edited
        megapixels = node.image.width * node.image.height / 1e6 if node is not None else None
        more = difference_words(now.model, best.model, self._panel.models.count(), megapixels)
        over = f" over {best.route}" if best.route != now.route else ""
        self._panel.set_command_titles({"switch-model": f"Use max once{over}, {more}"})

    def _switch_model(self) -> None:
        best, now = self._best_offer(), self._panel.models.offer()
        if best is not None and now is not None:
            self._lent = (best.key, now.key)
            self._panel.choose_model(*best.key)

    def _give_model_back(self) -> None:
        """It was for one edit only; what the person chose since stays."""
        lent, self._lent = self._lent, None
        now = self._panel.models.offer()
        if lent is not None and now is not None and now.key == lent[0]:
            self._panel.choose_model(*lent[1])

    def _drop_values(self, names: tuple[str, ...]) -> None:
        form = self._panel.parameters
        left = {name: value for name, value in form.values() if name not in names}
        form.set_values(left, form.seed())
        form.changed.emit()

    def _random_seed(self) -> None:
        form = self._panel.parameters
        form.set_values(dict(form.values()), None)
        form.changed.emit()

    # Templates and clauses.

    def show_templates(self) -> None:
        """Instructions to start from; Tab goes from slot to slot."""
        from kontext_studio.prompting.templates import TEMPLATES

        menu = self._menu("templateMenu", "Start from a template")
        menu.setToolTipsVisible(True)
        for one in TEMPLATES:
            action = menu.addAction(one.task)
            action.setToolTip(one.text)
            action.triggered.connect(lambda _on=False, one=one: self._write_template(one))
        self._popup(menu)

    def _write_template(self, template: Template) -> None:
        self._panel.edit.write_over(template.text)

    def show_snippets(self) -> None:
        """Clauses that are not said yet."""
        from kontext_studio.prompting.templates import SNIPPETS, says_already

        sent = self._panel.sent_text()
        menu = self._menu("snippetMenu", "Add a clause")
        menu.setToolTipsVisible(True)
        for one in SNIPPETS:
            if not says_already(sent, one):
                action = menu.addAction(snippet_name(one))
                action.setToolTip(one.text.lstrip(", "))
                action.triggered.connect(lambda _on=False, one=one: self._add_clause(one))
        self._popup(menu)

    def _add_clause(self, snippet: Snippet) -> None:
        self._panel.wording.add_clause(snippet)

    # Inside.

    def _menu(self, name: str, title: str) -> QMenu:
        menu = QMenu(self._panel)
        menu.setObjectName(name)
        menu.setAccessibleName(title)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _popup(self, menu: QMenu) -> None:
        edit = self._panel.edit
        menu.popup(edit.mapToGlobal(QPoint(0, edit.height())))

    def run_facts(self, draft: Draft) -> RunFacts:
        """What the settings of a draft mean for its words, on the step that is looked at."""
        node = self._studio.steps.edited if self._bench.is_open else None
        values = dict(draft.parameters)
        if node is None:
            return RunFacts()
        history = self._bench.session.history
        made = [(one.request, one.result) for one in history.children(node.id)]
        return RunFacts(
            enhances=any(values.get(name) is True for name in _REWRITES),
            seed=draft.seed,
            siblings=frozenset(
                (request.instruction, result.seed)
                for request, result in made
                if request is not None and result is not None and result.seed is not None
            ),
            aspect=next((_ratio(values[name]) for name in _SHAPES if name in values), None),
            input_aspect=node.image.width / max(1, node.image.height),
        )


def _ratio(value: object) -> float | None:
    """ "16:9", "1024x768"; None for other words."""
    found = _RATIO.search(value) if isinstance(value, str) else None
    if found is None or not int(found.group(2)):
        return None
    return int(found.group(1)) / int(found.group(2))


def _each_choice(asked: FixAsked) -> list[str]:
    """The text with the one and with the other of two that "or" leaves open."""
    texts = [fix.applied_to(asked.text) for fix in asked.finding.fixes if fix.edits]
    if len(texts) != 1:
        return texts
    # Where only the first is told, the second takes the place of as many words as it has.
    (edit,) = next(fix.edits for fix in asked.finding.fixes if fix.edits)
    before, after = asked.text[: edit.start], asked.text[edit.end :]
    second = asked.text[asked.finding.end : edit.end].split()
    first = before.split()
    if len(first) <= len(second):
        return texts
    return [*texts, " ".join([*first[: -len(second)], *second]) + after]
