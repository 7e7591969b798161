"""What the server sends below `/ui/`, and to whom."""

from __future__ import annotations

import pathlib
import re
import shutil

import pytest
import requests
from starlette.testclient import TestClient

from objects_that_sound.components.media.clips import probe
from objects_that_sound.serving.model_server.file_below import file_below
from objects_that_sound.serving.model_server.model_facts import FACTS_PATH
from objects_that_sound.serving.model_server.model_registry import ModelRegistry
from objects_that_sound.serving.model_server.ui_app import UiApp

_VIDEO = {"id": "video_00000.mp4"}
_THUMBNAIL = {
    "model": "search",
    "version": "7",
    "path": "assets.extra/thumbnails/00000/red.jpg",
}


def _get(url: str, **options) -> requests.Response:
    return requests.get(url, timeout=20, allow_redirects=False, **options)


def test_the_page_and_its_files(page_server: str):
    for path in ("/", "/ui"):
        assert _get(page_server + path).headers["location"] == "/ui/"
    page = _get(f"{page_server}/ui/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-cache"
    for name, kind in {"main.js": "javascript", "style.css": "css", "icon.svg": "svg"}.items():
        response = _get(f"{page_server}/ui/{name}")
        assert response.status_code == 200 and kind in response.headers["content-type"]
        assert response.headers["x-content-type-options"] == "nosniff"
    assert _get(f"{page_server}/ui/nothing").json() == {"error": "Not Found"}
    assert requests.post(f"{page_server}/ui/models.json", timeout=20).status_code == 405
    assert _get(f"{page_server}/v1/models/things").ok


def test_the_example_is_a_video_with_sound(page_server: str, tmp_path: pathlib.Path):
    response = _get(f"{page_server}/ui/example.mp4")
    assert response.status_code == 200 and response.headers["content-type"] == "video/mp4"
    assert response.headers["cache-control"] == "no-cache"
    (tmp_path / "example.mp4").write_bytes(response.content)
    info = probe(tmp_path / "example.mp4")
    assert info.usable is not None and info.duration == pytest.approx(3, abs=0.1)
    assert _get(f"{page_server}/ui/example.mp4").content == response.content


def test_without_an_example_there_is_none():
    with TestClient(UiApp(ModelRegistry(None))) as client:
        assert client.get("/example.mp4").status_code == 404


def test_the_page_asks_nobody_else():
    import objects_that_sound.serving.model_server.ui_app as ui_app

    folder = pathlib.Path(ui_app.__file__).with_name("ui")
    files = list(folder.iterdir())
    assert len(files) > 10
    for file in files:
        addresses = set(re.findall(r"\b(?:https?|wss?)://[^\s\"]*", file.read_text()))
        assert addresses <= {"http://www.w3.org/2000/svg"}, file  # a name, nothing is fetched


def test_without_the_option_there_is_no_page(server):
    root = f"http://127.0.0.1:{server.rest_api_port}"
    for path in ("/", "/ui", "/ui/", "/ui/models.json", "/ui/thumbnail"):
        response = _get(root + path)
        assert response.status_code == 404
        assert "see /v1/models/NAME" in response.json()["error"]


def test_the_list_of_models(page_server: str):
    listed = _get(f"{page_server}/ui/models.json").json()
    assert listed["media"] is True
    assert [(m["name"], m["version"]) for m in listed["models"]] == [
        ("search", "7"),
        ("things", "4"),
    ]
    assert {"search_by_image", "search_by_audio"} <= set(listed["models"][0]["signatures"])
    assert "localise" in listed["models"][1]["signatures"]


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        ('{"search": {"value": 0.4}}', {"search": {"value": 0.4}}),
        ('{"search": NaN}', {"search": None}),
        ("[0.4]", {}),
        ("{", {}),
        (None, {}),
    ],
)
def test_the_list_has_what_lies_beside_a_version(
    serve_page, toy_folder: pathlib.Path, tmp_path: pathlib.Path, content, facts
):
    version = tmp_path / "3"
    shutil.copytree(toy_folder / "3", version)
    if content is not None:
        (version / FACTS_PATH).parent.mkdir(exist_ok=True)
        (version / FACTS_PATH).write_text(content)
    server = serve_page(model_config_file=None, model_base_path=tmp_path, model_name="toy")
    [listed] = _get(f"http://127.0.0.1:{server.rest_api_port}/ui/models.json").json()["models"]
    assert (listed["version"], listed["facts"]) == ("3", facts)


def test_a_model_without_a_version_is_listed_as_such(serve_page, tmp_path: pathlib.Path):
    server = serve_page(model_config_file=None, model_base_path=tmp_path, model_name="none yet")
    listed = _get(f"http://127.0.0.1:{server.rest_api_port}/ui/models.json").json()
    assert listed["models"] == [
        {"name": "none yet", "version": None, "signatures": [], "facts": {}}
    ]


def test_versions_that_javascript_s_numbers_could_not_tell_apart(
    serve_page, toy_folder: pathlib.Path, tmp_path: pathlib.Path
):
    greatest = str(2**63 - 1)
    (tmp_path / greatest).symlink_to(toy_folder / "3")
    server = serve_page(model_config_file=None, model_base_path=tmp_path, model_name="great")
    root = f"http://127.0.0.1:{server.rest_api_port}"
    [listed] = _get(f"{root}/ui/models.json").json()["models"]
    assert listed["version"] == greatest
    assert _get(f"{root}/v1/models/great/versions/{listed['version']}").status_code == 200


def test_thumbnails_of_served_versions(page_server: str, models: pathlib.Path):
    response = _get(f"{page_server}/ui/thumbnail", params=_THUMBNAIL)
    file = models.parent / "search" / "7" / _THUMBNAIL["path"]
    assert response.status_code == 200 and response.headers["content-type"] == "image/jpeg"
    assert response.content == file.read_bytes()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"path": "assets.extra/thumbnails/00000/none.jpg"}, 404),
        ({"path": "assets.extra/thumbnails/../../saved_model.pb"}, 404),
        ({"path": "assets.extra/thumbnails/../tf_serving_warmup_requests"}, 404),
        ({"path": "assets.extra/thumbnails/00000"}, 404),
        ({"path": "assets.extra/thumbnails//etc/passwd"}, 404),
        ({"path": "assets.extra/thumbnails/\0"}, 404),
        ({"path": "assets.extra/thumbnails/" + "a" * 5000}, 404),
        ({"path": "variables/variables.index"}, 404),
        ({"path": "/etc/passwd"}, 404),
        ({"path": ""}, 404),
        ({"version": "6"}, 404),
        ({"version": ""}, 400),
        ({"version": "1" * 30}, 400),
        ({"model": "nothing"}, 404),
        ({"model": ""}, 400),
    ],
)
def test_nothing_else_is_a_thumbnail(page_server: str, changes: dict, status: int):
    response = _get(f"{page_server}/ui/thumbnail", params=_THUMBNAIL | changes)
    assert response.status_code == status
    assert set(response.json()) == {"error"}


def test_videos_and_parts_of_them(page_server: str, video: pathlib.Path):
    data = video.read_bytes()
    url = f"{page_server}/ui/media"
    whole = _get(url, params=_VIDEO)
    assert whole.content == data and whole.headers["content-type"] == "video/mp4"
    part = _get(url, params={"id": "video_00000.mp4#t=1,2"}, headers={"Range": "bytes=5-9"})
    assert part.status_code == 206 and part.content == data[5:10]
    assert part.headers["content-range"] == f"bytes 5-9/{len(data)}"
    assert _get(url, params=_VIDEO, headers={"Range": "bytes=999999999-"}).status_code == 416


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x.mp4", "annotations.jsonl", "none.mp4", "/etc/passwd", "\0.mp4", "#t=1,2"],
)
def test_nothing_else_is_a_video(page_server: str, name: str):
    response = _get(f"{page_server}/ui/media", params={"id": name})
    assert response.status_code == 404
    assert "--ui_media" in response.json()["error"]


def test_files_below_a_folder_only(tmp_path: pathlib.Path):
    inside, outside = tmp_path / "in", tmp_path / "in2"
    for folder in (inside / "sub", outside):
        folder.mkdir(parents=True)
        (folder / "a.mp4").touch()
    (inside / "b.MP4").touch()
    (inside / "folder.mp4").mkdir()
    (inside / "leads_out.mp4").symlink_to(outside / "a.mp4")
    (inside / "stays.mp4").symlink_to(inside / "b.MP4")
    (inside / "ring.mp4").symlink_to(inside / "ring.mp4")

    def find(name: str) -> pathlib.Path | None:
        return file_below(inside, name, {".mp4"})

    assert find("sub/a.mp4") == inside / "sub" / "a.mp4"
    assert find("b.MP4") == find("stays.mp4") == find("sub/../b.MP4") == inside / "b.MP4"
    for name in (
        *(
            "../in2/a.mp4",
            str(outside / "a.mp4"),
            "leads_out.mp4",
            "ring.mp4",
            "folder.mp4",
            "c.mp4",
        ),
        *("b.MP4/x.mp4", "\0", "x" * 300, ""),
    ):
        assert find(name) is None, name
    assert file_below(inside, "b.MP4", {".jpg"}) is None
    assert file_below(tmp_path / "none", "b.MP4", {".mp4"}) is None


def test_with_a_token_only_the_page_is_for_everybody(token_server: str, token: str):
    assert _get(f"{token_server}/ui/").ok
    assert _get(f"{token_server}/ui/main.js").ok
    guarded = {"models.json": {}, "thumbnail": _THUMBNAIL, "media": _VIDEO}
    for name, params in guarded.items():
        for header in ({}, {"Authorization": "Bearer no"}, {"Cookie": "ots_ui_80=; ots_ui=x"}):
            response = _get(f"{token_server}/ui/{name}", params=params, headers=header)
            assert response.status_code == 401
            assert "set-cookie" not in response.headers
            assert token not in response.text
        header = {"Authorization": f"Bearer {token}"}
        assert _get(f"{token_server}/ui/{name}", params=params, headers=header).ok


def test_the_cookie_is_for_what_the_page_shows_only(token_server: str, token: str):
    session = requests.Session()
    url = f"{token_server}/ui/models.json"
    given = session.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=20)
    cookie = given.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/ui" in cookie
    assert token not in cookie
    assert session.get(f"{token_server}/ui/media", params=_VIDEO, timeout=20).ok
    assert session.get(f"{token_server}/ui/thumbnail", params=_THUMBNAIL, timeout=20).ok
    # The API goes by the token alone, even if a cookie reaches it.
    shown = {"Cookie": cookie.partition(";")[0]}
    assert _get(f"{token_server}/v1/models/things", headers=shown).status_code == 401


def test_without_a_token_there_is_no_cookie(page_server: str):
    assert "set-cookie" not in _get(f"{page_server}/ui/models.json").headers
