"""The parts of the page of connections, each for itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from kontext_studio.core.provider import CheckStep
from kontext_studio.core.route import RouteMode
from kontext_studio.gui.settings.check_card import CheckCard, verdict_of
from kontext_studio.gui.settings.choice_cards import Choice, ChoiceCards
from kontext_studio.gui.settings.connection_page import address_words
from kontext_studio.gui.settings.draft import ConnectionDraft
from kontext_studio.gui.settings.footer import Answer, Footer
from kontext_studio.gui.settings.form_row import FormRow
from kontext_studio.gui.settings.headers_table import HeadersTable
from kontext_studio.gui.settings.key_field import NO_STORE, Keep, KeyFacts, KeyField
from kontext_studio.gui.settings.key_map import KeyMap, places_of
from kontext_studio.gui.settings.secret_field import SecretField
from kontext_studio.workbench.keys import KeyPlace
from tests.gui.driving import part
from tests.gui.shell.accessibility import names_missing, small_targets

KEY = "key-id:0123456789-7Q2F"
CARDS = (Choice("a", "Direct", "Here."), Choice("b", "Proxy", "There.", "Recommended"))


def shown(qtbot, widget: QWidget) -> QWidget:
    qtbot.add_widget(widget)
    widget.resize(640, 200)
    widget.show()
    return widget


def words(root: QWidget) -> str:
    return " ".join(one.text() for one in root.findChildren(QLabel) if one.isVisibleTo(root))


# Cards.


def test_cards_are_one_stop_of_the_keyboard_and_arrows_choose(qtbot, dressed):
    cards = ChoiceCards(dressed, "Route", 2)
    cards.set_choices(CARDS)
    cards.choose("a")
    with qtbot.wait_active(shown(qtbot, cards)):
        cards.activateWindow()
    stops = [one for one in "ab" if cards.card(one).focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == ["a"]
    cards.card("a").setFocus()
    with qtbot.wait_signal(cards.chosen) as chosen:
        qtbot.keyClick(cards.card("a"), Qt.Key.Key_Right)
    assert chosen.args == ["b"]
    assert cards.card("b").hasFocus()


def test_a_card_is_chosen_by_a_press_anywhere_on_it(qtbot, dressed):
    cards = ChoiceCards(dressed, "Route", 2)
    cards.set_choices(CARDS)
    shown(qtbot, cards)
    card = cards.card("b")
    with qtbot.wait_signal(cards.chosen) as chosen:
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=card.rect().bottomRight() / 1.1)
    assert chosen.args == ["b"]
    assert names_missing(cards) == []
    assert small_targets(cards) == []


def test_where_there_is_less_room_cards_stand_below_one_another(qtbot, dressed):
    cards = ChoiceCards(dressed, "Route", 2)
    cards.set_choices(CARDS)
    shown(qtbot, cards)
    assert cards.card("a").y() == cards.card("b").y()
    cards.resize(220, 200)
    qtbot.wait_until(lambda: cards.card("b").y() > cards.card("a").geometry().bottom())


# A line of the form.


def test_a_problem_stands_at_its_field_and_is_told_to_screen_readers(qtbot, dressed):
    field = QLineEdit()
    row = FormRow(dressed, "Proxy address", field)
    shown(qtbot, row)
    assert field.accessibleName() == "Proxy address"
    row.set_problem("Write the address of the proxy")
    assert "Write the address of the proxy" in words(row)
    assert field.accessibleDescription() == "Write the address of the proxy"
    row.set_problem("")
    assert "Write the address" not in words(row)


# Keys.


def test_a_key_is_dots_and_shows_its_letters_only_while_the_eye_is_held(qtbot, dressed):
    field = SecretField(dressed, "keyField")
    shown(qtbot, field)
    qtbot.keyClicks(field.line, KEY)
    assert field.line.echoMode() is QLineEdit.EchoMode.Password
    eye = part(field, QWidget, "keyFieldReveal")
    qtbot.mousePress(eye, Qt.MouseButton.LeftButton)
    assert field.line.displayText() == KEY
    qtbot.mouseRelease(eye, Qt.MouseButton.LeftButton)
    assert KEY not in field.line.displayText()
    field.clear()
    qtbot.keyClick(field.line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "", "what was typed cannot be brought back"


def test_a_kept_key_is_only_named_until_it_is_replaced(qtbot, dressed):
    field = KeyField(dressed)
    shown(qtbot, field)
    field.set_facts(KeyFacts(KeyPlace.KEYRING, ending="7Q2F"))
    assert "Key, ends in 7Q2F" in words(field)
    assert "system keychain" in words(field)
    assert not field.secret.isVisible()
    qtbot.mouseClick(field.replace, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(field.secret.line, KEY)
    assert field.text() == KEY
    qtbot.mouseClick(part(field, QWidget, "keyBack"), Qt.MouseButton.LeftButton)
    assert field.text() == ""
    assert "ends in 7Q2F" in words(field)


def test_a_variable_takes_the_place_of_a_typed_key(qtbot, dressed):
    field = KeyField(dressed)
    shown(qtbot, field)
    field.set_facts(KeyFacts(KeyPlace.NONE, variable="FAL_KEY"))
    qtbot.keyClicks(field.secret.line, KEY)
    box = part(field, QComboBox, "keyKeep")
    box.setCurrentIndex(box.findData(Keep.VARIABLE.value))
    with qtbot.wait_signal(field.edited):
        box.activated.emit(box.currentIndex())
    assert field.variable_name() == "FAL_KEY"
    assert field.text() == "", "a key is not sent where a variable was named"
    assert "Not set" in words(field)


def test_f_loc_38_where_there_is_no_keychain_it_is_not_offered_and_the_ways_out_are_named(
    qtbot, dressed
):
    field = KeyField(dressed)
    shown(qtbot, field)
    box = part(field, QComboBox, "keyKeep")
    field.set_facts(KeyFacts(KeyPlace.NONE))
    assert [box.itemData(row) for row in range(box.count())] == [one.value for one in Keep]
    assert NO_STORE not in words(field)
    field.set_facts(KeyFacts(KeyPlace.NONE, has_keyring=False))
    offered = [box.itemData(row) for row in range(box.count())]
    assert offered == [Keep.THIS_RUN.value, Keep.VARIABLE.value]
    said = words(field)
    assert NO_STORE in said
    for way in ("for this run only", "variable of the environment", "use a proxy"):
        assert way in said
    assert field.keep() is Keep.THIS_RUN


# Headers.


def test_a_field_has_the_width_of_its_row_also_where_nothing_is_wrong(qtbot, dressed):
    table = HeadersTable(dressed)
    row = FormRow(dressed, "Extra headers", table)
    shown(qtbot, row)
    assert table.width() > 440
    qtbot.mouseClick(table.add, Qt.MouseButton.LeftButton)
    value = part(table, QLineEdit, "headerValue")
    assert value.width() > part(table, QLineEdit, "headerName").width() > 120


def test_a_sign_in_is_not_part_of_the_header_that_is_written_down(qtbot, dressed):
    table = HeadersTable(dressed)
    shown(qtbot, table)
    table.set_headers((("X-Team", "retouch"), ("Authorization", "Bearer keyring:")))
    assert table.headers() == (("X-Team", "retouch"), ("Authorization", "Bearer keyring:"))
    assert table.typed() == {}
    value = table.findChildren(QLineEdit, "headerValue")[1]
    qtbot.keyClicks(value, "Bearer abc")
    assert value.echoMode() is QLineEdit.EchoMode.Password
    assert table.headers()[1] == ("Authorization", "Bearer keyring:")
    assert table.typed() == {"Authorization": "abc"}


@pytest.mark.parametrize(
    ("name", "value", "written", "typed"),
    [
        ("X-Team", "retouch", "retouch", {}),
        ("X-Api-Key", "abc", "keyring:", {"X-Api-Key": "abc"}),
        ("Authorization", "Bearer env:TOKEN", "Bearer env:TOKEN", {}),
        ("X-Api-Key", "env:TOKEN", "env:TOKEN", {}),
    ],
)
def test_a_new_header(qtbot, dressed, name, value, written, typed):
    table = HeadersTable(dressed)
    shown(qtbot, table)
    qtbot.mouseClick(table.add, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(part(table, QLineEdit, "headerName"), name)
    qtbot.keyClicks(part(table, QLineEdit, "headerValue"), value)
    assert table.headers() == ((name, written),)
    assert table.typed() == typed
    assert names_missing(table) == []
    qtbot.mouseClick(part(table, QWidget, "headerRemove"), Qt.MouseButton.LeftButton)
    assert table.headers() == ()


# Where the key is.


@pytest.mark.parametrize(
    ("draft", "facts", "keys"),
    [
        (ConnectionDraft(), KeyFacts(KeyPlace.NONE), ["", ""]),
        (
            ConnectionDraft(),
            KeyFacts(KeyPlace.KEYRING),
            ["Holds the key, in the system keychain", ""],
        ),
        (
            ConnectionDraft(mode=RouteMode.SERVER_PROXY),
            KeyFacts(KeyPlace.KEYRING, sign_in=True),
            ["", "Adds the fal.ai key", ""],
        ),
        (
            ConnectionDraft(mode=RouteMode.GATEWAY),
            KeyFacts(KeyPlace.NOT_NEEDED),
            ["", "Holds the provider key", ""],
        ),
        (ConnectionDraft(provider="vllm-omni"), KeyFacts(KeyPlace.NOT_NEEDED), ["", ""]),
    ],
)
def test_the_key_is_drawn_at_the_one_place_that_holds_it(draft, facts, keys):
    assert [place.key for place in places_of(draft, facts)] == keys


def test_the_example_of_an_address_is_one_of_the_service_that_is_chosen():
    examples = [
        address_words(RouteMode.GATEWAY, "fal"),
        address_words(RouteMode.GATEWAY, "lumenfall"),
        address_words(RouteMode.DIRECT, "vllm-omni"),
        address_words(RouteMode.DIRECT, "litellm"),
    ]
    assert [example for _, example in examples] == [
        "https://gateway.example/fal",
        "https://gateway.example/lumenfall",
        "http://127.0.0.1:8000/v1",
        "http://127.0.0.1:4000/v1",
    ]


def test_plain_http_is_not_drawn_as_tls(qtbot, dressed):
    drawn = KeyMap(dressed)
    shown(qtbot, drawn)
    own = ConnectionDraft(provider="vllm-omni", address="http://gpu.lan:8000/v1")
    drawn.set_places(places_of(own, KeyFacts(KeyPlace.NOT_NEEDED)))
    assert "plain http" in words(drawn)
    assert "gpu.lan" in words(drawn)
    drawn.set_places(places_of(ConnectionDraft(), KeyFacts(KeyPlace.NONE)))
    assert "plain http" not in words(drawn)
    assert "TLS" in words(drawn)


# The test.


def test_the_stage_that_fails_is_named_with_its_remedy(qtbot, dressed):
    card = CheckCard(dressed)
    shown(qtbot, card)
    card.begin()
    card.add(CheckStep("Name", True, "proxy.lan is known.", 0.004))
    assert "Testing…" in words(card)
    card.add(CheckStep("Sign-in", False, "The token was not accepted.", 0.04, hint="Ask for one."))
    card.add(CheckStep("Service", None, "Not tried."))
    card.end()
    assert card.title.text() == "It stops at sign-in"
    for said in ("proxy.lan is known.", "The token was not accepted.", "Ask for one.", "40 ms"):
        assert said in words(card)
    card.clear()
    assert not card.isVisible()


def test_what_cannot_be_tested_makes_no_connection_bad():
    steps = (CheckStep("Service", True, "It answers."), CheckStep("Model", None, "Not testable."))
    assert verdict_of(steps, ended=True).title == "Connection works"
    assert verdict_of(steps[1:], ended=True).title == "Nothing could be tested"


# The foot.


def test_a_question_takes_the_place_of_the_buttons_and_its_answer_is_told(qtbot, dressed):
    foot = Footer(dressed)
    shown(qtbot, foot)
    foot.ask("Save?", (Answer("keep", "Keep editing"), Answer("save", "Save", filled=True)))
    assert not foot.save.isVisible()
    with qtbot.wait_signal(foot.answered) as answered:
        qtbot.mouseClick(part(foot, QWidget, "answer-save"), Qt.MouseButton.LeftButton)
    assert answered.args == ["save"]
    assert foot.save.isVisible()


def test_what_cannot_be_pressed_says_why(qtbot, dressed):
    foot = Footer(dressed)
    shown(qtbot, foot)
    foot.set_changed(False)
    assert foot.save.toolTip() == "Save: nothing was changed"
    foot.set_changed(True)
    assert foot.save.isEnabled()


def test_after_saving_the_keyboard_stands_where_the_connection_is_tested(qtbot, dressed):
    page, footer = QWidget(), Footer(dressed)
    column = QVBoxLayout(page)
    column.addWidget(QLineEdit())  # where Qt would go on to from what can be pressed no more
    column.addWidget(footer)
    with qtbot.wait_active(shown(qtbot, page)):
        page.activateWindow()
    for button in (footer.save, footer.revert):
        footer.set_changed(True)
        button.setFocus()
        footer.set_changed(False)
        assert footer.test.hasFocus()
    footer.set_changed(True)
    assert footer.test.hasFocus(), "who is elsewhere stays there"


def test_esc_at_a_question_changes_nothing_and_gives_the_keyboard_back(qtbot, dressed):
    page, footer, field = QWidget(), Footer(dressed), QLineEdit()
    column = QVBoxLayout(page)
    column.addWidget(field)
    column.addWidget(footer)
    with qtbot.wait_active(shown(qtbot, page)):
        page.activateWindow()
    field.setFocus()
    footer.ask("Save it?", (Answer("keep", "Keep"), Answer("save", "Save", filled=True)))
    save = part(footer, QWidget, "answer-save")
    assert save.hasFocus()
    with qtbot.wait_signal(footer.answered) as answered:
        qtbot.keyClick(save, Qt.Key.Key_Escape)
    assert answered.args == ["keep"]
    assert not footer.asks
    assert field.hasFocus()
