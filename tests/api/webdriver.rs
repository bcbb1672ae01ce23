//! A headless Chromium, driven as the `WebDriver` standard says: JSON over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Folder, signal};

/// The longest that anything on a page is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a reference to an element is called (`WebDriver`, section 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one window, which ends with the test.
pub(crate) struct Browser {
    session: String,
    http: reqwest::Client,
    /// Chromium's own process, where the driver tells it.
    chromium: Option<u32>,
    _driver: Driver,
    // The last: nobody may write into it any more when it goes.
    _profile: Folder,
}

/// An element of the page.
pub(crate) struct Element(String);

/// A program's place in the search path.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// The driver's process.
struct Driver(Child);

impl Driver {
    /// Starts it on a port of its own choice; its address.
    fn start(program: PathBuf, temporary: &Path) -> (Driver, String) {
        let mut command = Command::new(program);
        command
            .arg("--port=0")
            .env("TMPDIR", temporary)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut driver = Driver(command.spawn().unwrap());
        let mut lines = BufReader::new(driver.0.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().expect("the driver ends at once").unwrap();
            if let Some((_, port)) = line.split_once("successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // What else it says is read, lest it wait for a reader.
        thread::spawn(move || lines.for_each(drop));
        (driver, format!("http://127.0.0.1:{port}"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Browser {
    /// Ends the session, which ends Chromium; and Chromium itself, should it still be there.
    fn drop(&mut self) {
        let _ = self.quit();
        if let Some(chromium) = self.chromium {
            signal(chromium, "KILL");
        }
    }
}

impl Browser {
    /// Starts a browser, if both programs are there.
    pub(crate) async fn start() -> Option<Browser> {
        let (driver, chromium) = (
            program("chromedriver")?,
            program("chromium").or_else(|| program("google-chrome"))?,
        );
        let profile = Folder::new();
        let (driver, address) = Driver::start(driver, profile.path());
        let profile_argument = format!(
            "--user-data-dir={}",
            profile.path().join("profile").display()
        );
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1400,1400",
            &profile_argument,
        ];
        let options = json!({"binary": chromium, "args": arguments});
        let wanted =
            json!({"goog:chromeOptions": options, "timeouts": {"implicit": PATIENCE.as_millis()}});
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut browser = Browser {
            session: address,
            http,
            chromium: None,
            _driver: driver,
            _profile: profile,
        };
        let made = browser
            .call(
                "POST",
                "/session",
                json!({"capabilities": {"alwaysMatch": wanted}}),
            )
            .await
            .unwrap();
        browser.session = format!(
            "{}/session/{}",
            browser.session,
            made["sessionId"].as_str().unwrap()
        );
        browser.chromium = made["capabilities"]["goog:processID"]
            .as_u64()
            .and_then(|id| u32::try_from(id).ok());
        Some(browser)
    }

    /// Without the client, which may wait for nobody while a test is being unwound.
    fn quit(&self) -> std::io::Result<()> {
        let (address, path) = self
            .session
            .trim_start_matches("http://")
            .split_once('/')
            .unwrap_or_default();
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "DELETE /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        stream.read(&mut [0; 1024]).map(drop)
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        let request = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.session));
        let request = if method == "GET" {
            request
        } else {
            request.json(&body)
        };
        let response = request.send().await.unwrap();
        let (status, answer) = (response.status(), response.json::<Value>().await.unwrap());
        if status.is_success() {
            Ok(answer["value"].clone())
        } else {
            Err(answer["value"]["message"].to_string())
        }
    }

    pub(crate) async fn open(&self, url: &str) {
        self.call("POST", "/url", json!({"url": url}))
            .await
            .unwrap();
    }

    /// The first element that the selector finds, once there is one.
    pub(crate) async fn find(&self, selector: &str) -> Element {
        let found = self
            .call(
                "POST",
                "/element",
                json!({"using": "css selector", "value": selector}),
            )
            .await;
        let found = found.unwrap_or_else(|message| panic!("no {selector}: {message}"));
        Element(found[ELEMENT].as_str().unwrap().to_owned())
    }

    /// Clicks on what the selector finds, once nothing is in the way.
    pub(crate) async fn click(&self, selector: &str) {
        self.retry(selector, "click", json!({})).await;
    }

    /// Puts this text in the place of what a field holds.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        // Control and A, then nothing held any more.
        let keys = format!("\u{e009}a\u{e000}{text}");
        self.retry(selector, "value", json!({"text": keys})).await;
    }

    /// Does it to an element, again where the page has just been drawn anew.
    async fn retry(&self, selector: &str, action: &str, body: Value) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let element = self.find(selector).await;
            let Err(message) = self
                .call(
                    "POST",
                    &format!("/element/{}/{action}", element.0),
                    body.clone(),
                )
                .await
            else {
                return;
            };
            assert!(
                Instant::now() < deadline,
                "{action} on {selector}: {message}"
            );
        }
    }

    /// What stands in an element, as it is seen.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let element = self.find(selector).await;
        let text = self
            .call("GET", &format!("/element/{}/text", element.0), Value::Null)
            .await
            .unwrap();
        text.as_str().unwrap().to_owned()
    }

    /// What a function body returns on the page.
    pub(crate) async fn evaluate(&self, script: &str) -> Value {
        self.call(
            "POST",
            "/execute/sync",
            json!({"script": script, "args": []}),
        )
        .await
        .unwrap()
    }
}
