# SPDX-License-Identifier: MIT
"""The report page in a browser without a network: what it shows."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

import page_records
from binary import PASS
from browser import cell

UNITS = {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 6e10, "h": 3.6e12, "d": 8.64e13}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="session")
def two(pages):
    slower = page_records.phases([1_900_000_000, 2_000_000_002, 2_100_000_000], "cut", "keepalive",
                                 options={"idle": "1m", "cnt": "3"})
    rest = [t for name, trials in page_records.states().items() if name not in ("time", "never") for t in trials]
    changed = [page_records.trial("cut", "recv", saw="recv=0", errno=None)]
    return pages("two", (page_records.everything(), {}), ([*slower, *changed, *rest], {"kernel": "6.12.0-test"}))


def ns(text):
    number, unit = text.removeprefix("< ").split(" ")
    return float(number) * UNITS[unit]


def test_it_opens_without_a_network_and_asks_for_nothing(browser, states):
    browser.open(states)
    assert browser.complaints() == []
    assert [url for url in browser.requests() if not url.startswith(("data:", "blob:"))] == [states.as_uri()]
    browser.js("fetch('https://example.org/').catch(() => 0); new Image().src = 'https://example.org/a.png'")
    browser.wait("return performance.now() > 0")
    assert all("Content Security Policy" in text for text in browser.complaints())


def test_the_heat_map_holds_the_cells_and_numbers_of_the_records(page, deadpeer, states):
    cells = deadpeer("show", "--json", states.with_name("states-0.jsonl"), code=PASS).json()
    assert len(page.all("button.c[data-key]")) == len(cells) == len(page_records.states())
    for told in cells:
        key = "\n".join([told["family"], told["scenario"], told["method"], told["options"]])
        shown = page.js("return page.cells.summary(page.compare.a().byKey.get(arguments[0]))", key)
        assert [shown[k] for k in ("median", "min", "max", "noticed", "passed", "failed")] == \
            [told[k] for k in ("median_ns", "min_ns", "max_ns", "noticed", "passed", "failed")]
        if shown["state"] == "time":
            assert ns(cell(page, told["method"], told["scenario"]).text) == pytest.approx(told["median_ns"], rel=0.005)


def test_every_state_is_told_by_text_and_by_class(page):
    texts = {"time": "1.00 s", "never": "never", "later": "> 20.0 s", "quiet": "quiet", "alarm": "⚠ 1.00 s",
             "failed": "✗ missed", "invalid": "! invalid", "skip": "skip"}
    for state, trials in page_records.states().items():
        button = cell(page, trials[0]["method"], trials[0]["scenario"])
        assert (button.text, f"s-{state}" in button.get_attribute("class")) == (texts[state], True)
        assert trials[0]["method"] in button.get_attribute("aria-label")


def test_times_read_as_in_deadpeers_tables(page):
    told = {0: "0 s", 850: "850 ns", 999499: "999 µs", 999500: "1.00 ms", 9999000000: "10.0 s", 75776000000: "75.8 s",
            119900000000: "2.00 m", 7848 * 10**9: "2.18 h", 200000 * 10**9: "2.31 d", -12000000: "-12.0 ms"}
    assert page.js("return arguments[0].map(v => page.text.time(v))", list(told)) == list(told.values())


def test_a_cell_is_chosen_with_the_keyboard_alone(page):
    from selenium.webdriver.common.keys import Keys

    page.keys(Keys.TAB)
    assert page.js("return document.activeElement.id") == "skip"
    page.keys(Keys.ENTER)
    walked = [page.js("return document.activeElement.dataset.key")]
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.END, Keys.HOME, Keys.PAGE_DOWN, Keys.PAGE_UP):
        page.keys(key)
        walked.append(page.js("return document.activeElement.dataset.key"))
    assert walked[0] == walked[2] == walked[4] and walked[1] != walked[0]
    assert len({key.split("\n")[0] for key in walked}) == 2, "Page Down did not reach the other family"
    while page.js("return document.activeElement.dataset.key").split("\n")[2] != "keepalive":
        page.keys(Keys.ARROW_RIGHT)
    style = page.js("const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]")
    assert style == ["solid", "3px"]
    page.keys(Keys.ENTER)
    assert "3 of 3 trials noticed" in page.find("[data-figure=ecdf] figcaption").text
    assert len(page.all("[data-figure=ecdf] svg circle")) == 3
    assert "keepalive" in page.find("#live").get_attribute("textContent")
    assert page.js("return document.activeElement.dataset.key").split("\n")[2] == "keepalive", "the focus was lost"


def test_the_distribution_reaches_only_the_share_that_noticed(page):
    cell(page, "late").click()
    assert "2 of 3 trials noticed" in page.find("[data-figure=ecdf] figcaption").text
    heights = page.js("const f = document.querySelector('[data-figure=ecdf] svg');"
                      "return [...f.querySelectorAll('circle')].map(c => c.getBoundingClientRect().top)")
    labels = page.js("const t = [...document.querySelectorAll('[data-figure=ecdf] svg [aria-label=\"y-axis tick label\"] text')];"
                     "return t.map(e => [e.textContent, e.getBoundingClientRect().top])")
    whole = dict(labels)
    share = [(whole["0 %"] - top) / (whole["0 %"] - whole["100 %"]) for top in sorted(heights, reverse=True)]
    assert share == pytest.approx([1 / 3, 2 / 3], abs=0.03)


def test_the_detail_tells_the_trial_with_all_its_numbers(page):
    cell(page, "late").click()
    page.js("page.state.set({trial: '1'})")
    text = page.find("#cell").text
    assert "expected from 900.00 ms to 1.1000 s, happened at 7.0000 s: late by 5.90 s" in text
    assert "2 retransmissions, 1 probe unanswered, back-off 3" in text and "Why: because" in text
    for kind, count in {"failed": 2, "silent": 1, "noticed": 0}.items():
        marks = page.all(f"[data-figure=timeline] svg [aria-label={kind}]")
        assert len(marks) == count and all(m.size["width"] > 4 for m in marks), kind
    rows = page.all("#cell details table tbody tr")
    assert [row.text.split(" ")[0] for row in rows] == ["1", "2", "3"]


def test_a_filter_leaves_only_what_it_names_and_the_link_restores_it(browser, states):
    browser.open(states)
    browser.find("#filters summary").click()
    browser.js("document.querySelector('input[name=family][value=control]').click()")
    assert {b.get_attribute("data-key").split("\n")[0] for b in browser.all("button.c[data-key]")} == {"control"}
    assert "family=control" in browser.driver.current_url
    cell(browser, "hasty", "calm").click()
    link = browser.driver.current_url
    browser.open(states, "#" + link.split("#", 1)[1])
    assert {b.get_attribute("data-key").split("\n")[1] for b in browser.all("button.c[data-key]")} == {"calm"}
    assert browser.find("#cell-title").text.startswith("hasty")
    assert cell(browser, "hasty", "calm").get_attribute("aria-current") == "true"
    browser.js("document.querySelector('#filter-form button').click()")
    assert len(browser.all("button.c[data-key]")) == len(page_records.states())


@pytest.mark.parametrize("fragment", ["#cell=no%0Asuch%0Acell%0A&trial=99&a=7&b=x&layout=odd", "#family=none", "#%00&&&=="])
def test_a_link_that_does_not_fit_still_opens(browser, states, fragment):
    browser.open(states, fragment)
    assert browser.complaints() == [] and browser.find("#main").is_displayed()


def test_figures_are_saved_as_svg_with_their_colours(page):
    cell(page, "keepalive").click()
    for name in ("ecdf", "timeline", "tradeoff"):
        page.find(f"[data-figure={name}] .tools button[aria-label^='Save as SVG']").click()
        root = ElementTree.fromstring(page.saved(f"deadpeer-{name}.svg"))
        assert root.tag == f"{SVG}svg" and root.find(f"{SVG}title").text
        text = ElementTree.tostring(root, encoding="unicode")
        assert "var(--" not in re.sub(r'(?:fill|stroke)="var\(--[a-z]+\)"', "", text) and "rgb(" in text


def test_the_heat_map_is_saved_as_svg(page):
    page.find("#heat-tools [aria-label='Save the heat map as SVG']").click()
    root = ElementTree.fromstring(page.saved("deadpeer-heatmap.svg"))
    texts = {e.text for e in root.iter(f"{SVG}text")}
    assert {"never", "⚠ 1.00 s", "keepalive", "cable", "skip"} <= texts


def test_tables_are_saved_as_csv(page):
    page.find("#heat-tools [aria-label='Save all trials that are shown as CSV']").click()
    rows = list(csv.DictReader(io.StringIO(page.saved("deadpeer-trials.csv"))))
    records = page_records.everything()
    assert len(rows) == len(records)
    for key in ("detect_ns", "packets_out", "watched_ns", "alive_ns", "saw"):
        assert sorted(row[key] for row in rows) == sorted("" if r[key] is None else str(r[key]) for r in records), key


def test_tuning_by_scenario_is_the_same_map_turned(page):
    before = {b.get_attribute("data-key"): b.text for b in page.all("button.c[data-key]")}
    page.js("page.state.set({layout: 'tunings'})")
    assert {b.get_attribute("data-key"): b.text for b in page.all("button.c[data-key]")} == before
    assert "idle=1m,cnt=3" in {th.text for th in page.all(".heat tbody th")}


def test_the_trade_off_is_what_the_records_say(page):
    told = {p["name"]: p for p in page.js("return page.trade.points(page.compare.a().cells.filter(c => c.scenario === 'cut'))")}
    point = told["keepalive idle=1m,cnt=3"]
    trials = page_records.states()["time"]
    assert point["p99"] == pytest.approx(1_000_000_001 + 0.98 * 49_999_999, abs=1)
    hours = sum(t["watched_ns"] for t in trials) / 3.6e12
    assert point["packets"] == pytest.approx(36 / hours)
    assert point["front"] and "absent" not in told


def trade_options(page):
    return dict(page.js("return [...document.querySelectorAll('#trade select option')].map(o => [o.value, o.text])"))


def choose_trade(page, value):
    page.js("const s = document.querySelector('#trade select'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))", value)
    names = page.js("return [...document.querySelectorAll('#trade table tbody tr')].map(r => r.firstElementChild.textContent)")
    return set(names), page.all("#trade p.pooled")


def test_the_trade_off_is_of_one_scenario_or_family(browser, pages):
    """Ways to die are not mixed unless the reader asks for it, and then the page says so."""
    trials = page_records.phases([10**9], "pull", "a") + page_records.phases([2 * 10**9], "pull", "b") \
        + page_records.phases([5 * 10**9], "drop", "a") + page_records.phases([6 * 10**9], "drop", "b") \
        + page_records.phases([10**6], "kill", "a", family="process") + page_records.phases([10**6], "kill", "b", family="process")
    browser.open(pages("ways", (trials, {})))
    options = trade_options(browser)
    assert set(options) == {"cable/pull", "cable/drop", "process/kill", "family:cable", "family:process", "*"}
    assert "2 ways to die" in options["family:cable"] and "3 ways to die" in options["*"]
    assert browser.js("return document.querySelector('#trade select').value") == "cable/pull"
    for value, pooled in (("process/kill", False), ("family:cable", True), ("*", True)):
        names, warned = choose_trade(browser, value)
        assert names == {"a", "b"} and bool(warned) == pooled
    choose_trade(browser, "family:cable")
    assert "null" not in browser.find("#trade").text
    assert "trade=family" in browser.js("return location.hash")
    assert browser.complaints() == []


def test_a_sweep_is_weighed_with_its_controls(browser, pages):
    """One way to die and one control, both met by every tuning: times of the one, mistakes of the other."""
    calm = {"family": "control", "fault": "none", "place": None, "outcome": "quiet", "expect": "never"} | page_records.SILENT
    trials = page_records.phases([10**9], "pull", "a") + page_records.phases([2 * 10**9], "pull", "b") \
        + [page_records.trial("calm", name, **calm) for name in "ab"]
    browser.open(pages("sweep", (trials, {})))
    assert browser.js("return document.querySelector('#trade select').value") == "*"
    assert not browser.all("#trade p.pooled")


def test_the_wire_and_the_size_are_told_where_they_say_something(browser, pages):
    trials = page_records.phases([10**9], "pull", "a") \
        + page_records.phases([10**9], "hidden", "a", wire="nat", size=4000, traffic="sending")
    browser.open(pages("wires", (trials, {})))
    for name, told in (("pull", "idle traffic, for"), ("hidden", "sending traffic of 4000 bytes a message over a nat, for")):
        browser.js("page.state.set({cell: page.compare.a().cells.find(c => c.scenario === arguments[0]).key})", name)
        assert told in browser.find("#cell").text


def test_a_lab_that_was_run_again_is_told(browser, page, pages):
    assert "run again" not in page.find("#totals").text and "Run before" not in page.find("#cell").text
    trials = [page_records.trial("calm", "a"), *(page_records.trial("spoilt", m, again=2, stall_ns=10**7) for m in "ab")]
    browser.open(pages("again", (trials, {})))
    assert "1 run again" in browser.find("#totals").text
    browser.js("page.state.set({cell: page.compare.a().cells.find(c => c.scenario === 'spoilt').key})")
    assert "2 times, and failed while the machine stood still" in browser.find("#cell").text


def test_the_front_is_what_nothing_beats(page):
    front = page.js("""const items = [[1, 5, 0], [2, 3, 0], [2, 4, 0], [9, 1, 1], [9, 1, 2], [3, 3, 0]];
		return [...page.stats.front(items, v => v)]""")
    assert front == [[1, 5, 0], [2, 3, 0], [9, 1, 1]]


def test_two_runs_are_compared_cell_by_cell(browser, two):
    browser.open(two)
    assert browser.find("#sources").is_displayed() and not browser.find("#compare").is_displayed()
    browser.js("const s = document.querySelectorAll('#sources select')[1]; s.value = '1'; s.dispatchEvent(new Event('change'))")
    rows = [row.text for row in browser.all("#compare table tbody tr")]
    assert len(rows) == 2
    assert "never → 1.00 s" in rows[0]
    assert "+1.00 s" in rows[1] and "×2.00" in rows[1]
    browser.js("page.state.set({show: 'change'})")
    assert {cell(browser, "keepalive").text, cell(browser, "recv").text, cell(browser, "late").text} == {"+1.00 s", "≠", "="}
    cell(browser, "keepalive").click()
    assert len(browser.all("[data-figure=ecdf] svg circle")) == 6
    browser.open(two, "#a=1&b=0")
    assert "6.12.0-test" in browser.find("#world").text
    assert "−1.00 s" in browser.find("#compare").text
    assert browser.complaints() == []


def test_no_text_of_a_record_becomes_part_of_the_page(browser, pages):
    browser.open(pages("nasty", (page_records.nasty(), {"command": page_records.NASTY, "kernel": page_records.NASTY})))
    assert browser.complaints() == []
    browser.find("button.c[data-key]").click()
    assert browser.driver.title == "deadpeer"
    assert page_records.NASTY in browser.find("#cell").text and page_records.NASTY in browser.find("#facts").text
    assert browser.js("return document.querySelectorAll('main b, main script').length > 0 && !document.querySelector('main script')")


def test_the_facts_of_the_machine_are_exact(page):
    facts = {row.find_element("css selector", "th").text: row.find_element("css selector", "td").text
             for row in page.all("#facts tbody tr")}
    assert facts["seed"] == str(2**63 - 1) and facts["HZ"] == "250" and facts["net.ipv4.tcp_retries2"] == "15"


def test_damaged_data_is_said_and_not_hidden(browser, states, tmp_path):
    text = states.read_text(encoding="utf-8")
    damaged = tmp_path / "damaged.html"
    damaged.write_text(re.sub(r'(id="records">).{40}', r"\1AAAA", text), encoding="utf-8")
    browser.open(damaged, ready=False)
    browser.wait("return !document.getElementById('trouble').hidden")
    assert "could not be drawn" in browser.find("#trouble").text
    assert json.dumps(browser.complaints())
