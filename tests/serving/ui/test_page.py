"""The page in a real browser."""

from __future__ import annotations

import base64
import json
import pathlib
import re
import subprocess
from collections.abc import Callable

import numpy as np
import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright drives the browser")
from playwright.sync_api import Page, Response, expect

expect.set_options(timeout=20_000)  # a busy machine is no failure

_A_NUMBER = re.compile(r"^[0-9.]+$")


def drop(page: Page, name: str, data: bytes, kind: str = "") -> None:
    """Drops a file on the page."""
    transfer = page.evaluate_handle(
        """([name, data, type]) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name, { type }));
          return transfer;
        }""",
        [name, base64.b64encode(data).decode(), kind],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("#drop", event, {"dataTransfer": transfer})


def open_page(page: Page, server: str) -> None:
    page.goto(f"{server}/ui/")
    expect(page.locator("#main")).to_be_visible()


def go_to(page: Page, seconds: float) -> None:
    """Moves the clip, and waits until the model was asked about that very moment."""
    with page.expect_event("response", lambda response: _asks_localise(response)):
        page.evaluate("(time) => { document.getElementById('video').currentTime = time; }", seconds)
    expect(page.locator("#score")).to_have_text(_A_NUMBER)
    expect(page.locator("#clock")).to_have_text(f"0:{seconds:04.1f}")


def overlay(page: Page) -> np.ndarray:
    """What is painted over the video: uint8 [height, width, 4]."""
    size, data = page.evaluate(
        """async () => {
          await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          const canvas = document.getElementById("overlay");
          const { width, height } = canvas;
          const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
          let text = "";
          for (let i = 0; i < pixels.length; i += 4096) {
            text += String.fromCharCode(...pixels.subarray(i, i + 4096));
          }
          return [[height, width, 4], btoa(text)];
        }"""
    )
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(size)


def _asks_localise(response: Response) -> bool:
    return response.url.endswith("/v1/models/things:predict") and '"localise"' in (
        response.request.post_data or ""
    )


def test_drop_a_video_and_see_the_heat_map_over_it(
    page: Page, page_server: str, video: pathlib.Path, box_at: Callable
):
    answers: list[Response] = []
    page.on("response", lambda r: answers.append(r) if _asks_localise(r) else None)
    open_page(page, page_server)
    expect(page.locator("#served")).to_have_text("things, version 4 · search, version 7")
    drop(page, video.name, video.read_bytes(), "video/mp4")
    expect(page.locator("#score")).to_have_text(_A_NUMBER)
    for time in (0.4, 2.2):
        go_to(page, time)
        painted = overlay(page).astype(int)
        height, width = painted.shape[:2]
        red, _, blue, opacity = np.moveaxis(painted, -1, 0)
        ys, xs = np.nonzero((opacity > 120) & (red > 150) & (red > blue + 60))
        assert len(ys) > 100
        ymin, xmin, ymax, xmax = box_at(time)
        assert ymin < ys.mean() / height < ymax
        assert xmin < xs.mean() / width < xmax
        # Beyond the part that the model saw: dimmed by half, no colour.
        assert painted[2, 2].tolist() == pytest.approx([0, 0, 0, 128], abs=1)
    # What was painted is what was answered. A request has several frames unless the machine is busy.
    predictions = [one for answer in answers for one in answer.json()["predictions"]]
    assert len(predictions) >= len(answers) > 1
    shown = float(page.locator("#peak").inner_text())
    assert any(abs(np.max(p["heatmap"]) - shown) < 0.006 for p in predictions)
    assert any(f"{p['score']:.2f}" == page.locator("#score").inner_text() for p in predictions)
    # The whole clip gets known, without being played.
    expect(page.locator("#time-line")).to_have_attribute("aria-valuemax", "3.0")
    page.locator("#opacity").fill("0")
    assert overlay(page).max() == 0
    assert page.complaints == []


def test_play_pause_and_keys(page: Page, page_server: str, video: pathlib.Path):
    open_page(page, page_server)
    page.set_input_files("#file", video)
    expect(page.locator("#score")).to_have_text(_A_NUMBER)
    page.locator("#video").evaluate("(video) => { video.loop = true; }")  # no end meanwhile
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#clock")).not_to_have_text("0:00.0")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#video")).to_have_js_property("paused", True)
    line = page.get_by_role("slider", name="Time; the line shows how well the sound fits")
    line.press("End")
    expect(line).to_have_attribute("aria-valuenow", "3.0")
    line.press("Home")
    line.press("ArrowRight")
    expect(line).to_have_attribute("aria-valuetext", "0:00.1 of 0:03.0")
    box = line.bounding_box()
    line.click(position={"x": box["width"] / 2, "y": 10})
    expect(line).to_have_attribute("aria-valuenow", "1.5")
    line.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Mute").click()
    expect(page.get_by_role("button", name="Mute")).to_have_attribute("aria-pressed", "true")
    assert page.complaints == []


def test_search_both_ways_at_a_moment(page: Page, page_server: str, video: pathlib.Path):
    open_page(page, page_server)
    expect(page.locator("#search-moment")).to_be_disabled()
    expect(page.locator("#search-hint")).to_contain_text("3 moments")
    page.set_input_files("#file", video)
    expect(page.locator("#score")).to_have_text(_A_NUMBER)
    found: dict[str, list] = {}

    def keep(response: Response) -> None:
        if "/v1/models/search/versions/7:predict" in response.url:
            body = json.loads(response.request.post_data)
            found[body["signature_name"]] = response.json()["predictions"][0]["ids"]

    page.on("response", keep)
    page.get_by_role("button", name="Search this moment").click()
    for signature in ("search_by_image", "search_by_audio"):
        cards = page.locator(f"[data-way={signature}] .card")
        expect(cards).to_have_count(3)
        ids = [text.split("\n")[-2] for text in cards.locator(".words").all_inner_texts()]
        assert ids == found[signature]
        thumbnails = cards.locator("img")
        for number in range(3):
            expect(thumbnails.nth(number)).to_have_js_property("naturalWidth", 40)
    expect(page.locator("#query-picture")).to_be_visible()
    expect(page.locator("#query-sound")).to_be_visible()
    # The video of a found moment plays from there; an id is a text, whatever is in it.
    page.locator(".card", has_text="video_00000.mp4").first.click()
    dialog = page.get_by_role("dialog", name="video_00000.mp4#t=0,3 at 0:01.0")
    expect(dialog).to_be_visible()
    expect(page.locator("#found-video")).to_have_js_property("paused", False)
    assert page.locator("#found-video").evaluate("(v) => v.currentTime") >= 0.5
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.complaints == []
    page.locator(".card", has_text="<b>.mp4").first.click()
    expect(page.locator("#found-hint")).to_contain_text("--ui_media")


def test_search_with_an_image_and_with_a_sound(
    page: Page, page_server: str, picture: Callable, tone: Callable
):
    open_page(page, page_server)
    drop(page, "meadow.png", picture("green"), "image/png")
    cards = page.locator("[data-way=search_by_image] .card")
    expect(cards.first).to_contain_text("green")
    expect(cards.first).to_contain_text("0.98")  # of the colour's greatest share
    expect(page.locator("[data-way=search_by_audio]")).to_contain_text("search with a sound")
    page.set_input_files(
        "#query-file", {"name": "high.wav", "mimeType": "audio/wav", "buffer": tone(1800)}
    )
    cards = page.locator("[data-way=search_by_audio] .card")
    expect(cards.first).to_contain_text("blue")
    expect(page.locator("#query-name")).to_have_text("high.wav, the second around 0:01.0")
    assert page.complaints == []


def test_a_request_as_curl(
    page: Page, page_server: str, video: pathlib.Path, tmp_path: pathlib.Path
):
    open_page(page, page_server)
    page.set_input_files("#file", video)
    go_to(page, 1.2)
    score = page.locator("#score").inner_text()
    page.locator("#curl summary").click()
    page.locator("#curl-choice").select_option(
        # One, or two: as the moment that is shown, and as one of those that are asked for ahead.
        index=page.locator("#curl-choice option")
        .all_inner_texts()
        .index(page.locator("#curl-choice option", has_text="at 1.20 s").first.inner_text())
    )
    for name in ("frame.jpg", "sound.wav"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        download.value.save_as(tmp_path / name)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command == page.locator("#curl-text").inner_text()
    answer, status = run_curl(command, tmp_path)
    assert status == "200"
    assert f"{answer['predictions'][0]['score']:.2f}" == score


def run_curl(command: str, folder: pathlib.Path, **environment: str) -> tuple[dict, str]:
    """Pastes a command into a shell. Returns the answer and the status."""
    (folder / ".curlrc").write_text('silent\noutput = "answer.json"\nwrite-out = "%{http_code}"\n')
    variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", "CURL_HOME": str(folder), **environment}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "answer.json").read_text()), done.stdout


def test_a_video_without_sound(page: Page, page_server: str, silent_film: pathlib.Path):
    open_page(page, page_server)
    page.set_input_files("#file", silent_film)
    expect(page.locator(".notice.bad")).to_contain_text("has no sound")
    page.get_by_role("button", name="Search this moment").click()
    expect(page.locator("[data-way=search_by_image] .card").first).to_contain_text("blue")
    expect(page.locator("[data-way=search_by_audio]")).to_contain_text("search with a sound")
    expect(page.locator("#score")).to_have_text("\N{EN DASH}")
    assert page.complaints == []


def test_files_that_cannot_be_used(page: Page, page_server: str, video: pathlib.Path):
    open_page(page, page_server)
    text = b"Good morning, nothing of the kind. " * 100
    for name, kind, content, words in (
        ("broken.mp4", "video/mp4", text, "broken.mp4 is called a video, but holds none"),
        ("cut.mp4", "video/mp4", video.read_bytes()[:900], "cannot play cut.mp4"),
        ("other.wmv", "", b"\x30\x26\xb2\x75" + bytes(900), "cannot play other.wmv"),
        ("empty.mp4", "video/mp4", b"", "empty.mp4 is empty"),
        ("notes.txt", "text/plain", text, "notes.txt is a text file. Choose a video"),
        ("paper.pdf", "application/pdf", b"%PDF-1.7" + bytes(90), "is a PDF document"),
        ("table.xlsx", "", b"PK\3\4" + bytes(90), "is a ZIP archive or an office document"),
        ("data.bin", "", bytes(range(256)), "is in no format that this page knows"),
        ("broken.png", "image/png", text, "cannot show broken.png"),
        ("broken.mp3", "audio/mpeg", text, "cannot decode the sound of broken.mp3"),
    ):
        drop(page, name, content, kind)
        expect(page.locator(".notice.bad")).to_contain_text(words)
        expect(page.locator("#drop")).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".notice")).to_have_count(0)


def test_a_server_that_goes_and_comes_back(page: Page, page_server: str, video: pathlib.Path):
    open_page(page, page_server)
    page.context.set_offline(True)
    page.set_input_files("#file", video)
    expect(page.locator(".notice.bad")).to_contain_text("The server does not answer")
    page.context.set_offline(False)
    expect(page.locator(".notice")).to_have_count(0)
    expect(page.locator("#score")).to_have_text(_A_NUMBER)


def test_words_of_the_server_are_shown(page: Page, page_server: str, video: pathlib.Path):
    answer: dict = {}

    def refuse(route) -> None:
        if '"localise"' in (route.request.post_data or ""):
            route.fulfill(**answer)
        else:
            route.fallback()

    page.route("**/v1/models/things:predict", refuse)
    open_page(page, page_server)
    for status, error, words in (
        (400, "the picture is <too> small", "(400): the picture is <too> small"),
        (413, "larger than 9 bytes", "too large for the server: larger than 9 bytes"),
    ):
        answer.update(status=status, json={"error": error})
        page.set_input_files("#file", video)
        expect(page.locator(".notice.bad")).to_contain_text(words)


def test_the_token_is_asked_for(
    page: Page, token_server: str, token: str, video: pathlib.Path, tmp_path: pathlib.Path
):
    page.goto(f"{token_server}/ui/")
    expect(page.locator("#token-form")).to_be_visible()
    expect(page.locator("#main")).to_be_hidden()
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".notice.bad")).to_contain_text("does not take this token")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#main")).to_be_visible()
    expect(page.locator(".notice")).to_have_count(0)
    page.set_input_files("#file", video)
    # This server refuses requests as large as those of several frames: 413. They get smaller.
    go_to(page, 1.2)
    page.get_by_role("button", name="Search this moment").click()
    card = page.locator("[data-way=search_by_audio] .card").first
    expect(card.locator("img")).to_have_js_property("naturalWidth", 40)
    page.locator(".card", has_text="video_00000.mp4").first.click()
    expect(page.locator("#found-video")).to_have_js_property("paused", False)
    page.keyboard.press("Escape")
    # The token is nowhere to be seen, nor in the command, which works with it.
    page.locator("#curl summary").click()
    expect(page.locator("#curl-files a")).not_to_have_count(0)
    for link in page.locator("#curl-files a").all():
        with page.expect_download() as download:
            link.click()
        download.value.save_as(tmp_path / download.value.suggested_filename)
    command = page.locator("#curl-text").inner_text()
    assert token not in page.content() and token not in command
    assert run_curl(command, tmp_path, TOKEN=token)[1] == "200"
    assert run_curl(command, tmp_path, TOKEN="no")[1] == "401"
    assert [text for text in page.complaints if "401" not in text and "413" not in text] == []


def test_the_live_camera(page: Page, page_server: str):
    open_page(page, page_server)
    page.get_by_role("button", name="Live camera").click()
    expect(page.locator("#score")).to_have_text(_A_NUMBER)
    expect(page.locator("#source-name")).to_contain_text("s late")
    first = overlay(page)
    assert (first[..., 3] == 255).all()  # the picture that was asked about, under its map
    assert first[..., :3].std() > 10
    page.get_by_role("button", name="Search this moment").click()
    expect(page.locator("[data-way=search_by_audio] .card")).to_have_count(3)
    page.get_by_role("button", name="Live camera").click()
    expect(page.locator("#drop")).to_be_visible()
    assert page.complaints == []


def test_no_model_that_localises(page: Page, serve_page: Callable, models: pathlib.Path):
    server = serve_page(
        model_config_file=None, model_base_path=models.parent / "search", model_name="search"
    )
    open_page(page, f"http://127.0.0.1:{server.rest_api_port}")
    expect(page.locator(".notice")).to_contain_text("No model with the signature “localise”")
    expect(page.get_by_role("button", name="Live camera")).to_be_disabled()


def test_no_index(page: Page, serve_page: Callable, models: pathlib.Path):
    server = serve_page(
        model_config_file=None, model_base_path=models.parent / "things", model_name="things"
    )
    open_page(page, f"http://127.0.0.1:{server.rest_api_port}")
    expect(page.locator("#search-hint")).to_contain_text("ots index")
    expect(page.locator("#search-form")).to_be_hidden()
    assert page.complaints == []


def _with_facts(page: Page, **facts) -> None:
    """Lets the server tell these facts of all its models."""

    def tell(route) -> None:
        answer = route.fetch().json()
        for model in answer["models"]:
            model["facts"] = facts
        route.fulfill(json=answer)

    page.route("**/ui/models.json", tell)


def _whites(painted: np.ndarray) -> int:
    """Pixels of the cross."""
    return int((painted.min(-1) == 255).sum())


@pytest.mark.parametrize(
    ("threshold", "is_below"),
    [(None, False), (0.0, False), (1.1, True)],
)
def test_below_the_threshold_nothing_is_said_to_make_the_sound(
    page: Page, page_server: str, video: pathlib.Path, threshold: float | None, is_below: bool
):
    def describe(route) -> None:
        if b'"describe"' not in (route.request.post_data_buffer or b""):
            return route.continue_()
        answer = route.fetch().json()
        for described in answer["predictions"]:
            described.pop("map_threshold", None)
            if threshold is not None:
                described["map_threshold"] = threshold
        return route.fulfill(json=answer)

    page.route("**/*:predict", describe)
    open_page(page, page_server)
    page.set_input_files("#file", video)
    go_to(page, 0.4)
    words = "Nothing in the picture makes this sound" if is_below else ""
    expect(page.locator("#verdict")).to_contain_text(words)
    assert bool(page.locator("#verdict").inner_text()) == is_below
    assert (_whites(overlay(page)) > 0) == (not is_below)
    assert page.complaints == []


@pytest.mark.parametrize(
    ("search", "words"),
    [
        (None, "Nobody measured how often this search finds what fits"),
        (
            {"value": 0.61, "low": 0.5, "chance": 0.22},
            "reached 0.61 of 1, better than guessing (0.22)",
        ),
        (
            {"value": 0.25, "low": 0.2, "chance": 0.22},
            "reached 0.25 of 1, perhaps no better than guessing (0.22)",
        ),
    ],
)
def test_search_says_how_unsure_it_is(
    page: Page, page_server: str, picture: Callable, search: dict | None, words: str
):
    _with_facts(page, **({"search": search} if search else {}))
    open_page(page, page_server)
    drop(page, "meadow.png", picture("green"), "image/png")
    expect(page.locator(".doubts")).to_contain_text(words)
    assert "their order says little" not in page.locator(".doubts").inner_text()


def test_results_go_when_another_video_is_opened(
    page: Page, page_server: str, video: pathlib.Path, silent_film: pathlib.Path
):
    open_page(page, page_server)
    page.set_input_files("#file", video)
    page.get_by_role("button", name="Search this moment").click()
    expect(page.locator("[data-way] .card")).to_have_count(6)
    page.set_input_files("#file", silent_film)
    expect(page.locator("[data-way] .card")).to_have_count(0)
    expect(page.locator("#query")).to_be_hidden()


def test_the_empty_area_opens_a_file_and_there_is_an_example(page: Page, page_server: str):
    open_page(page, page_server)
    with page.expect_file_chooser():
        page.locator(".drop-title").click()
    page.get_by_role("button", name="Try an example").click()
    expect(page.locator("#score")).to_have_text(_A_NUMBER)
    expect(page.locator("#source-name")).to_have_text("example.mp4")
    assert page.complaints == []


def test_every_control_has_a_name_and_a_hint(page: Page, page_server: str):
    open_page(page, page_server)
    expect(page.locator("#live")).to_have_attribute("title", re.compile("camera"))
    without = page.evaluate(
        """() => [...document.querySelectorAll("main button, main select, main input, [role=slider]")]
          .filter((one) => !one.closest("[title]")?.title.trim())
          .map((one) => one.outerHTML)"""
    )
    assert without == []
