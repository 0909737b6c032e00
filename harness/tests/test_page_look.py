# SPDX-License-Identifier: MIT
"""The report page in a browser: that everybody can use it, in any light, on a phone and on paper."""

import re

import pytest

from browser import cell

CONTRAST = 4.5  # WCAG 2.2, 1.4.3


def luminance(colour):
    channels = [int(v) / 255 for v in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one, two):
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


COLOURS = """const s = e => getComputedStyle(e), back = s(document.body).backgroundColor;
return [...document.querySelectorAll('button.c[data-key], p, th, dt, dd, figcaption, h2, button, .totals li')]
	.filter(e => e.offsetParent && e.textContent.trim()).map(e => {
		let at = e;
		while (at && s(at).backgroundColor === 'rgba(0, 0, 0, 0)')
			at = at.parentElement;
		return [e.textContent.slice(0, 30), s(e).color, at ? s(at).backgroundColor : back];
	});"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(page, scheme):
    page.media(scheme)
    cell(page, "late").click()
    seen = page.js(COLOURS)
    weak = [(text, contrast(ink, back)) for text, ink, back in seen if contrast(ink, back) < CONTRAST]
    assert len(seen) > 30 and weak == []
    assert (luminance(page.js("return getComputedStyle(document.body).backgroundColor")) < 0.05) == (scheme == "dark")


def test_every_colour_of_the_scale_carries_its_text(page):
    pairs = page.js("return Array.from({length: 60}, (_, i) => page.scale.colour(1e6 * 10 ** (i / 8)))")
    assert min(contrast(p["fill"], re.sub("#(..)(..)(..)", lambda m: " ".join(str(int(g, 16)) for g in m.groups()), p["ink"]))
               for p in pairs) >= CONTRAST


def test_the_theme_button_outdoes_the_system_and_is_remembered(browser, states):
    dark = "return getComputedStyle(document.body).backgroundColor === 'rgb(14, 19, 25)'"
    browser.open(states)
    browser.find("#theme").click()
    browser.find("#theme").click()
    assert browser.find("#theme").text == "Theme: dark" and browser.js(dark)
    browser.open(states)
    assert browser.js(dark)
    browser.find("#theme").click()
    assert browser.find("#theme").text == "Theme: auto" and not browser.js(dark)


@pytest.mark.parametrize("width", [320, 390, 768])
def test_a_narrow_screen_never_scrolls_sideways(page, width):
    page.size(width, 844, mobile=True)
    cell(page, "keepalive").click()
    page.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.wait("return document.querySelector('[data-figure=ecdf] svg').getBoundingClientRect().width <= innerWidth")
    assert page.js("return [document.documentElement.scrollWidth, innerWidth]") == [width, width]
    assert page.js("const s = getComputedStyle(document.querySelector('.heat .corner')); return [s.position, s.left]") == ["sticky", "0px"]


def test_paper_shows_everything_and_no_buttons(page):
    cell(page, "keepalive").click()
    page.media("dark", "print")
    assert page.js("return getComputedStyle(document.getElementById('heat-scroll')).overflow") == "visible"
    assert not any(b.is_displayed() for b in page.all(".tools, #filters, #tip"))
    assert page.js("return getComputedStyle(document.documentElement).getPropertyValue('--back').trim()") == "#ffffff"
    paper = page.cdp("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"]
    assert len(paper) > 20_000
    page.media()


def test_everything_that_can_be_operated_has_a_name(page):
    page.find("#filters summary").click()
    cell(page, "keepalive").click()
    controls = page.controls()
    assert len(controls) > 40
    assert [c for c in controls if not c[1].strip()] == []
    names = [name for role, name in controls if role == "button"]
    assert len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1)


def test_the_structure_is_told(page):
    assert page.js("return document.documentElement.lang") == "en"
    assert page.js("return [...document.querySelectorAll('section')].every(s => document.getElementById(s.getAttribute('aria-labelledby')) || s.hidden)")
    assert page.js("return [...document.querySelectorAll('h1,h2,h3')].map(h => h.tagName)")[0] == "H1"
    assert page.js("return document.querySelectorAll('[id]').length === new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size")
    assert all(f.get_attribute("role") == "img" and f.get_attribute("aria-label") for f in page.all("figure .drawing > svg"))
    assert len(page.all(".heat [tabindex='0']")) == 1, "one stop of the Tab key is the heat map"
