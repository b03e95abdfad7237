//! The page in a real browser: what is drawn, at the width of a desk and of a telephone, light and dark.
//!
//! Ignored by a plain `cargo test`, since it needs a browser; `.ci/run` installs one and runs these with `--ignored`.
//! There they fail when there is none.

use crate::support::{Service, database};
use dsql_local::Options;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const BROWSERS: [&str; 5] =
    ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome"];
const DESK: (u32, u32) = (1280, 900);
const TELEPHONE: (u32, u32) = (390, 844);

/// Measured by the browser itself: the page is loaded from a file with this script behind it.
const MEASURE: &str = r#"<script>
addEventListener('load', () => {
    const parse = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
    const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const ground = (element) => {
        for (; element; element = element.parentElement) {
            const colour = parse(getComputedStyle(element).backgroundColor);
            if (colour.length === 3 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    const texts = [...document.body.querySelectorAll('*')].filter((element) => element.checkVisibility()
        && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
    const contrasts = texts.map((element) => {
        const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
    const outside = texts.filter((element) => {
        const box = element.getBoundingClientRect();
        return box.left < -1 || box.right > innerWidth + 1;
    });
    const measured = {
        width: innerWidth,
        overflow: document.documentElement.scrollWidth - innerWidth,
        contrast: Math.min(...contrasts),
        outside: outside.map((element) => element.outerHTML),
        migrations: document.querySelectorAll('.migrations > li').length,
        open: document.querySelectorAll('details[open]').length,
        dark: matchMedia('(prefers-color-scheme: dark)').matches,
        ground: getComputedStyle(document.body).backgroundColor,
    };
    document.title = 'measured ' + JSON.stringify(measured);
});
</script>"#;

fn browser() -> PathBuf {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .flat_map(|folder| BROWSERS.map(|name| folder.join(name)))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("no browser: apt-get install chromium-headless-shell (or have one of {BROWSERS:?})")
    })
}

/// Runs the browser and gives back what it wrote.
fn browse(profile: &Path, (width, height): (u32, u32), arguments: &[&str]) -> String {
    let done = Command::new(browser())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--window-size={width},{height}"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the browser starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// What the browser makes of the page.
fn measure(service: &Service, size: (u32, u32), dark: bool) -> Value {
    let folder = tempfile::tempdir().expect("there is room");
    let style = format!("<style>{}</style>", service.get("/style.css").body);
    let page = service.get("/").body.replace("<link rel=\"stylesheet\" href=\"/style.css\">", &style);
    assert!(page.contains("<style>"), "the style has another place now");
    let file = folder.path().join("page.html");
    std::fs::write(&file, page.replace("</body>", &format!("{MEASURE}</body>"))).expect("there is room");
    let scheme = format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 });
    let dom = browse(folder.path(), size, &[&scheme, "--dump-dom", &format!("file://{}", file.display())]);
    let title = dom.split("<title>measured ").nth(1).and_then(|rest| rest.split("</title>").next());
    let title = title.unwrap_or_else(|| panic!("nothing was measured: {dom}"));
    serde_json::from_str(&title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        .unwrap_or_else(|error| panic!("{title}: {error}"))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a headless Chromium: apt-get install chromium-headless-shell, then --ignored"]
async fn the_page_fits_and_can_be_read_at_every_width_light_and_dark() {
    let (cluster, url) = database(Options::default()).await;
    let service = Service::start(&[("DATABASE_URL", &url)]);
    service.ready();
    let mut grounds = Vec::new();
    for size in [DESK, TELEPHONE, (320, 640)] {
        for dark in [false, true] {
            let measured = measure(&service, size, dark);
            let told = format!("{size:?} dark {dark}: {measured:#}");
            assert_eq!(measured["width"], size.0, "{told}");
            assert_eq!(measured["dark"], dark, "{told}");
            assert!(measured["overflow"].as_i64().is_some_and(|over| over <= 0), "{told}");
            assert_eq!(measured["outside"].as_array().map(Vec::len), Some(0), "{told}");
            // What WCAG 2.2 asks of small text (AA).
            assert!(measured["contrast"].as_f64().is_some_and(|ratio| ratio >= 4.5), "{told}");
            assert_eq!(measured["migrations"], 6, "{told}");
            grounds.push(measured["ground"].clone());
        }
    }
    assert_ne!(grounds[0], grounds[1], "dark is not light");
    drop(service);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a headless Chromium: apt-get install chromium-headless-shell, then --ignored"]
async fn it_is_drawn_without_scripts_while_migrating_and_afterwards() {
    let folder = tempfile::tempdir().expect("there is room");
    let (cluster, url) = database(Options::default().job_time(Duration::from_secs(2))).await;
    let service = Service::start(&[("DATABASE_URL", &url)]);
    let page = format!("http://{}/", service.address);
    // No script runs in it: its own policy forbids any.
    let dom = browse(folder.path(), DESK, &["--dump-dom", &page]);
    assert!(dom.contains("Not ready"), "{dom}");
    service.ready();
    let dom = browse(folder.path(), DESK, &["--dump-dom", &page]);
    assert!(dom.contains("<title>Ready"), "{dom}");
    // SCREENSHOTS=folder keeps them: docs/service-page.png is one.
    let kept = std::env::var_os("SCREENSHOTS").map(PathBuf::from);
    let shots = kept.as_deref().unwrap_or(folder.path());
    for (name, size, dark) in [
        ("desk", DESK, 1),
        ("telephone", TELEPHONE, 1),
        ("desk-dark", DESK, 0),
        ("telephone-dark", TELEPHONE, 0),
    ] {
        let picture = shots.join(format!("{name}.png"));
        let scheme = format!("--blink-settings=preferredColorScheme={dark}");
        browse(folder.path(), size, &[&scheme, &format!("--screenshot={}", picture.display()), &page]);
        let drawn = std::fs::read(&picture).expect("it was drawn");
        assert!(drawn.starts_with(b"\x89PNG"), "{name} is no picture");
        // An empty page of this size compresses to a few kilobytes.
        assert!(drawn.len() > 15_000, "{name} shows next to nothing: {} bytes", drawn.len());
    }
    drop(service);
    cluster.stop().await;
}
