"""Pictures of every tab from the demo: `python -m tests.browser.screenshots [FOLDER]`.

The simulated house runs through a year up to a fixed evening, so the same page gives the same
pictures.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.browser.chromium import ARGUMENTS, PHONE
from tests.browser.pages import DRAWN, TABS
from tests.browser.sites import site_at
from tests.page.homes import DEMO_NOW, simulated

FOLDER: Final = Path(__file__).parents[2] / "docs/screenshots"
DAYS: Final = 400
DESKTOP: Final = {"width": 1200, "height": 900}
MOST_BYTES: Final = 150_000
MOST_HEIGHT: Final = {"desktop": 1260, "phone": 1500}
KINDS: Final[dict[str, dict[str, Any]]] = {
    "light": {"viewport": DESKTOP},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True},
}
# A picture ends below a card, not in it.
LAST_WHOLE_CARD: Final = """most => Math.ceil(Math.max(...[...document.querySelectorAll(".card")]
  .filter(card => card.checkVisibility())
  .map(card => card.getBoundingClientRect().bottom + scrollY + 16)
  .filter(bottom => bottom <= most)))"""


def main() -> int:
    """Make the pictures, and return 1 if one is too heavy."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        sys.exit("The pictures are made by Chromium, which is not there: apt-get install chromium")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="powerstats-screenshots-") as name:
        site = site_at(simulated(Path(name), DAYS))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for kind, options in KINDS.items():
                context = browser.new_context(
                    locale="en-GB",
                    timezone_id="Europe/Amsterdam",
                    **options,
                )
                page = context.new_page()
                page.clock.set_fixed_time(DEMO_NOW)
                page.goto(site.url)
                for tab in TABS:
                    page.click(f"#tab-{tab}")
                    page.wait_for_load_state("networkidle")
                    page.wait_for_function(DRAWN, arg=tab)
                    page.wait_for_timeout(500)
                    page.mouse.move(0, 0)
                    page.evaluate("document.activeElement.blur()")
                    path = folder / f"{tab}-{kind}.png"
                    most = MOST_HEIGHT["phone" if kind == "phone" else "desktop"]
                    height = page.evaluate(LAST_WHOLE_CARD, most)
                    page.screenshot(
                        path=path,
                        full_page=True,
                        animations="disabled",
                        clip={
                            "x": 0,
                            "y": 0,
                            "width": options["viewport"]["width"],
                            "height": height,
                        },
                    )
                    sizes[path.name] = path.stat().st_size
                context.close()
            browser.close()
    for picture, size in sizes.items():
        print(f"{picture:24} {size / 1000:6.1f} kB{'' if size < MOST_BYTES else '  OVER'}")
    return 0 if max(sizes.values()) < MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
