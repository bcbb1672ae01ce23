//! What the HTTP server can do at most: one answer, written beforehand, to whatever is asked.
//!
//! `benches/run` starts it beside the service and gives it, on standard input, the headers and the body of an
//! answer of the service's: a line of JSON, `{"headers": [["name", "value"], …], "body": "…"}`. To a request
//! with `If-None-Match` it answers 304. It prints its address and serves until its input ends.

use std::io::{BufRead, Read, stdin};

use actix_web::http::header::{HeaderName, HeaderValue, IF_NONE_MATCH};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde::Deserialize;

#[derive(Deserialize)]
struct Written {
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Clone)]
struct Answer {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: web::Bytes,
}

async fn answer(request: HttpRequest, answer: web::Data<Answer>) -> HttpResponse {
    let known = request.headers().contains_key(IF_NONE_MATCH);
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    for (name, value) in &answer.headers {
        response.insert_header((name.clone(), value.clone()));
    }
    if known {
        response.finish()
    } else {
        response.body(answer.body.clone())
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut line = String::new();
    stdin().lock().read_line(&mut line)?;
    let written: Written = serde_json::from_str(&line)?;
    let mut headers = Vec::new();
    for (name, value) in written.headers {
        headers.push((name.parse()?, HeaderValue::from_str(&value)?));
    }
    let body = web::Bytes::from(written.body);
    let given = web::Data::new(Answer { headers, body });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(given.clone())
            .default_service(web::to(answer))
    });
    let server = server.workers(std::thread::available_parallelism()?.get());
    let server = server.bind("127.0.0.1:0")?;
    for address in server.addrs() {
        println!("http://{address}");
    }
    let server = server.run();
    let handle = server.handle();
    std::thread::spawn(move || {
        let _ = stdin().lock().read_to_end(&mut Vec::new());
        actix_web::rt::System::new().block_on(handle.stop(false));
    });
    server.await?;
    Ok(())
}
