#!/usr/bin/env bash
# Publishes a news report in three languages and reads it back, over HTTP alone: what an integration
# with Dateline looks like. Needs bash, curl and jq.
#
#   DATELINE_TOKEN=dl_… examples/publish-report.sh [--tags FILE] REPORT [LOCALE=FILE]...
#
# REPORT and each FILE are plain text, paragraphs with empty lines between them: the headline, a line
# of attribution that begins with a dash, the headline again, and then the text, which begins with the
# dateline ("Moscow/ Kyiv: …"). REPORT is in English. Without LOCALE=FILE the translations beside this
# script are taken; without --tags, tags.json beside it.
#
# Running it again on the same file changes nothing: the article is known by the file's checksum, what
# is there is left alone, and all of it is read back.
#
# Settings: DATELINE_URL (default http://127.0.0.1:8080), DATELINE_TOKEN (a token of role editor or
# admin).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
url=${DATELINE_URL:-http://127.0.0.1:8080}
url=${url%/}
source_locale=en
guest_name='Meera Kulkarni'
guest_words='Thank you for telling this in **three languages**.'

say() { printf '%s\n' "$*"; }
step() { printf '• %s\n' "$*"; }
fail() {
    printf 'publish-report: %s\n' "$*" >&2
    exit 1
}
usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0"
    exit "$1"
}

# --- what to do -------------------------------------------------------------------------------------

tags_file=$here/tags.json
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage 0 ;;
    --tags)
        [ $# -ge 2 ] || usage 2 >&2
        tags_file=$2
        shift 2
        ;;
    -*) usage 2 >&2 ;;
    *) break ;;
    esac
done
[ $# -ge 1 ] || usage 2 >&2
report=$1
shift
[ $# -gt 0 ] || set -- "hi=$here/translations/hi.txt" "mr=$here/translations/mr.txt"

for tool in curl jq; do
    command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install -y curl jq"
done
[ -n "${DATELINE_TOKEN:-}" ] ||
    fail 'set DATELINE_TOKEN: the token that the first start of Dateline printed, or one of `dateline token create --name report --role editor`'

umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# In a file, so that it does not stand in the list of processes.
printf 'Authorization: Bearer %s\n' "$DATELINE_TOKEN" >"$work/as-editor"
: >"$work/as-guest"

# --- HTTP -------------------------------------------------------------------------------------------

# call WHO METHOD PATH [CURL OPTION…]: leaves $status, and the answer in $work/answer and $work/head.
call() {
    local who=$1 method=$2 path=$3
    shift 3
    local form=(--request "$method")
    [ "$method" != GET ] || form=()
    status=$(curl --silent --show-error --max-time 60 --output "$work/answer" --dump-header "$work/head" \
        --write-out '%{http_code}' --header "@$work/as-$who" ${form[@]+"${form[@]}"} "$@" "$url$path") ||
        fail "no answer from $url (is Dateline running? is DATELINE_URL right?)"
}

# send WHO METHOD PATH JSON [CURL OPTION…]
send() {
    local who=$1 method=$2 path=$3 json=$4
    shift 4
    printf '%s' "$json" >"$work/request"
    call "$who" "$method" "$path" --header 'Content-Type: application/json' \
        --data-binary "@$work/request" "$@"
}

# answer JQ-FILTER [JQ OPTION…]: from the JSON of the last answer.
answer() { jq --raw-output "${@:2}" "$1" "$work/answer"; }
header() {
    tr -d '\r' <"$work/head" |
        awk -v name="$1:" 'tolower($1) == name { sub(/^[^ ]* */, ""); value = $0 } END { print value }'
}

# refused DOING: tells the problem document of the last answer, and ends.
refused() {
    printf 'publish-report: %s: Dateline answered %s\n' "$1" "$status" >&2
    jq . "$work/answer" >&2 2>/dev/null || cat "$work/answer" >&2
    exit 1
}
# expect STATUSES DOING: fails unless the last answer had one of them.
expect() {
    case " $1 " in
    *" $status "*) ;;
    *) refused "$2" ;;
    esac
}
# same WHAT GOT WANTED
same() {
    [ "$2" = "$3" ] || fail "$1 reads back as \"$2\", not as \"$3\""
}
encode() { jq --null-input --raw-output --arg text "$1" '$text | @uri'; }

# --- the text files ---------------------------------------------------------------------------------

# read_report FILE: the members of a translation, as JSON.
read_report() {
    [ -r "$1" ] || fail "cannot read $1"
    jq --raw-input --slurp '
        def tidy: gsub("\u00a0"; " ") | gsub("^[ \t]+|[ \t]+$"; "");
        def is_dashed: test("^[–—-]\\s");
        # The link to the other editions: nothing but names of languages.
        def is_languages:
            [splits("[\\s|/,]+") | select(length > 0)]
            | length > 0 and all(.[]; test("^(English|Hindi|Marathi|अंग्रेज़ी|इंग्रजी|हिंदी|हिन्दी|मराठी)$"));
        def is_invitation: test("^click below"; "i");
        # Plain text as Markdown that shows it: nothing in it is markup.
        def literal:
            gsub("(?<mark>[\\\\`*_\\[\\]<>~|&])"; "\\\(.mark)")
            | gsub("(?<at>^|\n)(?<mark>[#+=-])"; "\(.at)\\\(.mark)")
            | gsub("(?<at>^|\n)(?<digits>[0-9]+)(?<mark>[.)])"; "\(.at)\(.digits)\\\(.mark)");
        if test("\ufffd") then error("is not UTF-8 text") else . end
        | ltrimstr("\ufeff") | gsub("\r\n?"; "\n")
        | split("\n") | map(tidy) | map(select((is_languages or is_invitation) | not))
        # Lines with an empty line before them begin a paragraph.
        | reduce .[] as $line ([[]];
            if $line == "" then . + [[]] else .[-1] += [$line] end)
        | map(select(length > 0))
        | if length == 0 then error("has no text in it") else . end
        | .[0][0] as $title
        | [.[0][1:]] + .[1:] | map(select(length > 0))
        | (if length > 0 and (.[0][0] | is_dashed) then .[0][0] else null end) as $subtitle
        | if $subtitle then [.[0][1:]] + .[1:] | map(select(length > 0)) else . end
        | if length > 0 and .[0][0] == $title then [.[0][1:]] + .[1:] | map(select(length > 0)) else . end
        | map(join("\n"))
        | if length == 0 then error("has a headline and no text below it") else . end
        | (.[0] | capture("^(?<place>[^:\n.!?]{1,60}): +(?<text>.*)$"; "m") // null) as $first
        | {
            title: $title,
            subtitle: $subtitle,
            dateline: ($first.place // null),
            body: ([$first.text // .[0]] + .[1:] | map(literal) | join("\n\n"))
          }' <"$1" 2>"$work/error" ||
        fail "$1 $(sed -n 's/^jq: error ([^)]*): //p' "$work/error" | head -n 1)"
}

checksum() {
    if command -v sha256sum >/dev/null; then
        sha256sum <"$1"
    else
        shasum -a 256 <"$1"
    fi | cut -d ' ' -f 1
}

source_text=$(read_report "$report")
external_id=report:$(checksum "$report")
say "$(jq --raw-output '"\"\(.title)\", \(.dateline // "no dateline"), \(.body | split("\n\n") | length) paragraphs"' <<<"$source_text")"
locales=$source_locale
for translation in "$@"; do
    locale=${translation%%=*}
    [ "$locale" != "$translation" ] || fail "$translation: takes LOCALE=FILE, like hi=report-hi.txt"
    case " $locales " in *" $locale "*) fail "$locale is given twice" ;; esac
    read_report "${translation#*=}" >"$work/text-$locale"
    locales="$locales $locale"
done
jq --exit-status 'type == "array" and all(.[]; has("slug") and has("name"))' "$tags_file" >/dev/null 2>&1 ||
    fail "$tags_file: takes a JSON array of {\"slug\", \"name\", \"translations\": {\"hi\": {\"name\"}}}"

# --- writing ----------------------------------------------------------------------------------------

call editor GET /v1/tokens/current
expect 200 'trying the token'
for locale in $locales; do
    call editor GET "/v1/locales/$(encode "$locale")"
    expect 200 "looking for the language $locale"
done

send editor POST /v1/articles "$(jq --compact-output --arg locale "$source_locale" --arg external "$external_id" \
    '{source_locale: $locale, external_id: $external, translation: .}' <<<"$source_text")"
if [ "$status" = 409 ]; then
    step "this very file was published before ($(answer .detail)): reading back what is there"
    call editor GET "/v1/articles?view=draft&fields=id&external_id=$(encode "$external_id")"
    expect 200 'looking for the article'
    article=$(answer '.data[0].id // empty')
    [ -n "$article" ] || fail 'it is in the trash: restore it, or erase it first'
else
    expect 201 'creating the article'
    article=$(answer .id)
    step "created article $article"
fi

for translation in "$@"; do
    locale=${translation%%=*}
    # Create it, and leave it alone where it exists: an editor may have worked on it.
    send editor PUT "/v1/articles/$article/translations/$locale" "$(cat "$work/text-$locale")" \
        --header 'If-None-Match: *'
    expect '201 412' "adding the translation into $locale"
    [ "$status" = 412 ] || step "added $locale: $(answer .title)"
done

tags=$(jq --raw-output '.[].slug' "$tags_file")
for tag in $tags; do
    wanted=$(jq --compact-output --arg tag "$tag" '.[] | select(.slug == $tag)' "$tags_file")
    call editor GET "/v1/tags/$(encode "$tag")"
    expect '200 301 404' "looking for the tag $tag"
    if [ "$status" = 404 ]; then
        send editor POST /v1/tags "$(jq --compact-output --arg locale "$source_locale" \
            'del(.translations) + {locale: $locale}' <<<"$wanted")"
        expect 201 "creating the tag $tag"
        step "created tag $tag"
    fi
    if [ "$status" != 301 ]; then
        missing=$(jq --raw-output --slurpfile there "$work/answer" \
            '(.translations // {} | keys) - ($there[0].translations | keys) | .[]' <<<"$wanted")
        for locale in $missing; do
            send editor PUT "/v1/tags/$tag/translations/$locale" \
                "$(jq --compact-output --arg locale "$locale" '.translations[$locale]' <<<"$wanted")"
            expect '200 201' "naming the tag $tag in $locale"
        done
    fi
    call editor PUT "/v1/articles/$article/tags/$(encode "$tag")"
    expect '200 204' "tagging the article with $tag"
done
step "tagged it: $(echo $tags)"

for locale in $locales; do
    call editor GET "/v1/articles/$article/translations/$locale"
    expect 200 "reading the working copy in $locale"
    [ "$(answer .is_published)" = false ] || continue
    # With the ETag of what was read, nothing is published that was not seen.
    call editor POST "/v1/articles/$article/translations/$locale/publish" --header "If-Match: $(header etag)"
    expect 200 "publishing $locale"
    step "published $locale"
done

call editor GET "/v1/comments?article=$article&limit=100"
expect 200 'looking for the comment'
comment=$(answer '[.data[] | select(.author_name == $name and .status != "deleted")][0].id // empty' --arg name "$guest_name")
if [ -z "$comment" ]; then
    send guest POST "/v1/articles/$article/comments" "$(jq --null-input --compact-output \
        --arg name "$guest_name" --arg words "$guest_words" --arg locale "$source_locale" \
        '{author_name: $name, body: $words, locale: $locale}')"
    expect 201 'commenting as a guest'
    comment=$(answer .id)
    step "commented as a guest: $(answer .status)"
fi
call editor GET "/v1/comments/$comment"
expect 200 'reading the comment'
if [ "$(answer .status)" != approved ]; then
    send editor PATCH "/v1/comments/$comment" '{"status": "approved"}' --header "If-Match: $(header etag)"
    expect 200 'approving the comment'
    step 'approved the comment'
fi

# --- reading back, as a reader does -----------------------------------------------------------------

call guest GET "/v1/articles/$article/comments"
expect 200 'reading the comments'
same 'the comment' "$(answer '.data[] | select(.id == $id) | .status' --arg id "$comment")" approved

for locale in $locales; do
    call editor GET "/v1/articles/$article/translations/$locale"
    expect 200 "reading the working copy in $locale"
    cp "$work/answer" "$work/copy"

    call guest GET "/v1/articles/$article?locale=$locale"
    expect 200 "reading the edition in $locale"
    cp "$work/answer" "$work/edition"
    same 'the language' "$(answer .locale)" "$locale"
    same 'Content-Language' "$(header content-language)" "$locale"
    for member in title subtitle dateline slug body; do
        same "the $member in $locale" "$(answer ".$member")" "$(jq --raw-output ".$member" "$work/copy")"
    done
    same "the number of paragraphs in $locale" "$(answer '[.body_html | scan("<p>")] | length')" \
        "$(answer '.body | split("\n\n") | length')"
    same "the languages named in $locale" "$(answer '[.translations[].locale] | sort | join(" ")')" \
        "$(printf '%s\n' $locales | sort | paste -s -d ' ' -)"
    for tag in $tags; do
        call guest GET "/v1/tags/$(encode "$tag")?locale=$locale" --location
        expect 200 "reading the tag $tag"
        same "the tag $tag in $locale" \
            "$(jq --raw-output --arg id "$(answer .id)" '.tags[] | select(.id == $id) | .name' "$work/edition")" \
            "$(answer .name)"
    done
    title=$(jq --raw-output .title "$work/edition")
    slug=$(jq --raw-output .slug "$work/edition")

    call guest GET "/v1/articles/$(encode "$slug")"
    expect 200 "reading $slug"
    same "the article under its slug in $locale" "$(answer '.id + " " + .locale')" "$article $locale"

    call guest GET "/v1/articles/$article" --header "Accept-Language: $locale, *;q=0.1"
    expect 200 "reading it by Accept-Language in $locale"
    same "the language chosen for $locale" "$(answer .locale)" "$locale"

    call guest GET "/v1/articles?locale=$locale&tag=$(encode "$(echo $tags | cut -d ' ' -f 1)")&ids=$article&fields=id"
    expect 200 "listing by tag in $locale"
    same "the list by tag in $locale" "$(answer '[.data[].id] | index($id) != null' --arg id "$article")" true
    step "read back in $locale: $title ($(jq --raw-output '[.tags[].name] | join(", ")' "$work/edition"))"
done

call guest GET "/v1/comments/counts?articles=$article"
expect 200 'counting the comments'
say "all is well: $url/v1/articles/$article in $locales, $(answer '.data[0].approved_count') comment(s)"
