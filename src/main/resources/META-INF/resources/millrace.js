// The search page. State lives in the address, data is only ever set as text, never as markup.

const PAGE = 20;
const HITS_MAX = 200;
const COMMITS_SHOWN = 30;
const STATUS_MILLIS = 2000;

const at = (id) => document.getElementById(id);
const number = new Intl.NumberFormat();
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

let indexes = [];
let fields = {};
let filters = [];
let newest = "";
let limit = PAGE;
let running = null;
let stream = null;
let refreshTimer = 0;
let sourcesTimer = 0;
let searchTimer = 0;

/** An element with attributes and children; strings become text nodes. */
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** JSON of an answer; a problem+json becomes an error that knows its place. */
async function fetchJson(path, options) {
  const response = await fetch(path, options);
  const type = response.headers.get("Content-Type") ?? "";
  const body = type.includes("json") ? await response.json() : null;
  if (!response.ok) {
    const error = new Error(body?.detail ?? `${response.status} ${response.statusText}`);
    error.pointer = body?.pointer;
    throw error;
  }
  return body;
}

const chosen = () => at("index").value;
const indexPath = (rest) => `indexes/${encodeURIComponent(chosen())}/${rest}`;

// ---- address <-> controls

function readAddress() {
  const parameters = new URLSearchParams(location.search);
  at("q").value = parameters.get("q") ?? "";
  filters = parameters.getAll("filter");
  return parameters;
}

function writeAddress() {
  const parameters = searchParameters();
  parameters.delete("limit");
  if (!at("sort").value) parameters.delete("sort");
  parameters.set("index", chosen());
  history.replaceState(null, "", `?${parameters}`);
}

function searchParameters() {
  const parameters = new URLSearchParams();
  if (at("q").value.trim()) parameters.set("q", at("q").value);
  for (const filter of filters) parameters.append("filter", filter);
  const sort = at("sort").value || (at("q").value.trim() ? "" : newest);
  if (sort) parameters.set("sort", sort);
  parameters.set("limit", limit);
  return parameters;
}

// ---- searching

function searchSoon() {
  limit = PAGE;
  clearTimeout(searchTimer);
  searchTimer = setTimeout(search, 40);
}

async function search() {
  if (!chosen()) return;
  running?.abort();
  const mine = (running = new AbortController());
  at("hits").classList.add("stale");
  try {
    const answer = await fetchJson(indexPath(`search?${searchParameters()}`), { signal: mine.signal });
    writeAddress();
    showProblem(null);
    showAnswer(answer);
  } catch (error) {
    if (error.name !== "AbortError") showProblem(error);
  } finally {
    if (running === mine) at("hits").classList.remove("stale");
  }
}

function showProblem(error) {
  at("problem").hidden = !error;
  if (!error) return;
  const place = error.pointer ? [el("code", {}, error.pointer), " — "] : [];
  at("problem").replaceChildren(...place, error.message);
}

/** Fields that nobody declared, of tables for example, as the documents show them. */
function learn(hits) {
  const known = Object.keys(fields).length;
  for (const { document: found } of hits)
    for (const [path, value] of Object.entries(found))
      if (!fields[path] && value !== null && typeof value !== "object") fields[path] = { type: typeOf(value), learned: true };
  if (Object.keys(fields).length > known) showFields();
}

function typeOf(value) {
  if (typeof value === "number") return Number.isInteger(value) ? "long" : "double";
  if (typeof value === "boolean") return "bool";
  return /^\d{4}-\d\d-\d\dT/.test(value) ? "timestamp" : "text";
}

function showAnswer(answer) {
  learn(answer.hits);
  at("summary").replaceChildren(
    el("b", {}, number.format(answer.total)),
    ` ${answer.total === 1 ? "document" : "documents"} · generation ${number.format(answer.generation)}` +
      ` · ${duration(answer.tookMicros)}`,
  );
  const open = new Set([...document.querySelectorAll(".hit pre")].map((it) => it.parentElement.dataset.key));
  const hits = answer.hits.map((hit) => card(hit, open.has(JSON.stringify(hit.key))));
  at("hits").replaceChildren(
    ...(hits.length ? hits : [el("li", { class: "nothing" }, "Nothing matches.")]),
  );
  at("more").hidden = answer.hits.length >= answer.total || answer.hits.length >= HITS_MAX;
}

const duration = (micros) =>
  micros < 1000 ? `${micros} µs` : `${(micros / 1000).toFixed(micros < 10_000 ? 1 : 0)} ms`;

// ---- one hit: a text as title, a number as badge, a time, the rest as tags

function card(hit, open) {
  const found = hit.document;
  const text = (type) => Object.keys(fields).filter((path) => fields[path].type === type && valueAt(found, path) != null);
  const titlePath = ["title", "name", ...text("text"), ...text("keyword")].find((path) => typeof valueAt(found, path) === "string");
  const badgePath = text("double")[0];
  const whenPath = text("timestamp")[0];
  const used = new Set([titlePath, badgePath, whenPath]);
  const tags = [...text("keyword"), ...text("bool"), ...text("long"), ...text("double").slice(0, 2)]
    .filter((path) => !used.has(path))
    .filter((path) => valueAt(found, path) !== false)
    .slice(0, 6);
  const title = titlePath ? valueAt(found, titlePath) : String(hit.key);
  const key = JSON.stringify(hit.key);
  const item = el(
    "li",
    { class: badgePath ? "hit with-badge" : "hit", "data-key": key },
    badgePath ? el("span", { class: "badge", title: badgePath }, short(valueAt(found, badgePath))) : null,
    el("h3", {}, el("button", { type: "button", "aria-expanded": String(open), onclick: () => toggle(item, hit) }, title)),
    el("span", { class: "when" }, whenPath ? moment(valueAt(found, whenPath), fields[whenPath].unit) : ""),
    el("span", { class: "tags" }, ...tags.map((path) => el("span", {}, el("i", {}, path + " "), el("em", {}, short(valueAt(found, path)))))),
    el("span", { class: "score", title: "BM25 score" }, hit.score === undefined ? "" : hit.score.toFixed(2)),
  );
  if (open) item.append(source(hit));
  return item;
}

function toggle(item, hit) {
  const shown = item.querySelector("pre");
  if (shown) shown.remove();
  else item.append(source(hit));
  item.querySelector("button").setAttribute("aria-expanded", String(!shown));
}

const source = (hit) => el("pre", {}, `${JSON.stringify(hit.key)}\n${JSON.stringify(hit.document, null, 2)}`);

/** The value at a dotted path; a member whose own name has dots is found too. */
function valueAt(value, path) {
  if (value === null || typeof value !== "object") return undefined;
  if (Object.hasOwn(value, path)) return value[path];
  for (let dot = path.indexOf("."); dot > 0; dot = path.indexOf(".", dot + 1)) {
    const head = path.slice(0, dot);
    const found = Object.hasOwn(value, head) ? valueAt(value[head], path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function short(value) {
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  return text.length > 80 ? text.slice(0, 80) + "…" : text;
}

function moment(value, unit) {
  const date = typeof value === "number" ? new Date(unit === "seconds" ? value * 1000 : value) : new Date(value);
  return Number.isNaN(date.getTime()) ? String(value) : dateTime.format(date);
}

// ---- filters

function showFilters() {
  at("chips").replaceChildren(
    ...filters.map((filter) =>
      el("button", {
        type: "button", class: "chip", title: "remove this filter",
        onclick: () => { filters = filters.filter((it) => it !== filter); showFilters(); searchSoon(); },
      }, filter)),
  );
}

function addFilter() {
  const filter = at("filter").value.trim();
  if (!filter) return;
  if (!filters.includes(filter)) filters.push(filter);
  at("filter").value = "";
  showFilters();
  searchSoon();
}

// ---- status and events

async function refreshStatus() {
  clearTimeout(refreshTimer);
  if (!document.hidden && chosen()) {
    const name = chosen();
    try {
      const status = await fetchJson(indexPath("status"));
      if (name === chosen()) showStatus(status);
    } catch (error) {
      at("state").className = "state failed";
      at("state").textContent = error.message;
    }
  }
  refreshTimer = setTimeout(refreshStatus, STATUS_MILLIS);
}

function showStatus(status) {
  at("state").className = `state ${status.state}`;
  at("state").textContent = [
    status.state,
    behind(status),
    status.detail,
  ].filter(Boolean).join(" · ");
  const facts = [
    ["documents", status.documents],
    ["generation", status.generation],
    ["segments", status.segments === undefined ? undefined : el("a", { href: indexPath("segments") }, number.format(status.segments))],
    ...merges(status.merges),
    ["lag", status.lag === undefined ? undefined : isTable() ? `${number.format(status.lag)} bytes of log` : status.lag],
    ...positions(status.committed, status.source.ends),
    ...progress(status.source.progress),
    ["waiting", status.pending.changes],
    ["source", [status.source.state, status.source.detail].filter(Boolean).join(": ")],
    ["indexed", status.indexedChanges],
    ["rejected", el("a", { href: indexPath("dead-letters") }, `${number.format(status.rejectedChanges)} · dead letters`)],
  ];
  at("facts").replaceChildren(
    ...facts.filter(([, fact]) => fact !== undefined)
      .flatMap(([name, fact]) => [el("dt", {}, name), el("dd", {}, typeof fact === "number" ? number.format(fact) : fact)]),
  );
  if (!stream && status.generation !== undefined) {
    follow(status.generation);
    search();
  }
}

/** How far an index is from the end of its source, in words. */
function behind(status) {
  const copied = status.source.progress?.percent;
  if (copied !== undefined) return `${copied} % copied`;
  if (status.lag) return isTable(status.name) ? `${number.format(status.lag)} bytes of log behind` : `${number.format(status.lag)} behind`;
  return status.lag === 0 && status.state === "running" ? "up to date" : "";
}

const definitionOf = (name) => indexes.find((index) => index.name === name)?.definition ?? {};
const isTable = (name = chosen()) => definitionOf(name).source?.postgres !== undefined;

/** A position in the log of a database, as the database writes it. */
const lsn = (position) =>
  `${Math.floor(position / 2 ** 32).toString(16)}/${(position % 2 ** 32).toString(16)}`.toUpperCase();

function progress(progress) {
  if (progress?.rows === undefined) return [];
  const left = progress.leftMillis === undefined ? "" : `, ${Math.ceil(progress.leftMillis / 1000)} s left`;
  return [["copied", `${number.format(progress.rows)} rows, ${progress.percent} %${left}`]];
}

// ---- sources and what they feed

function sourceOf(definition) {
  const { kafka, postgres, file } = definition.source ?? {};
  if (kafka) return `kafka${kafka.source ? ` ${kafka.source}` : ""}`;
  if (postgres) return `postgres ${postgres.source}`;
  return file ? "file" : "push";
}

async function refreshSources() {
  clearTimeout(sourcesTimer);
  if (!document.hidden) {
    const answers = await Promise.allSettled(
      indexes.map((index) => fetchJson(`indexes/${encodeURIComponent(index.name)}/status`)));
    showSources(answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : [])));
  }
  sourcesTimer = setTimeout(refreshSources, STATUS_MILLIS);
}

function showSources(statuses) {
  const bySource = Map.groupBy(statuses, (status) => sourceOf(definitionOf(status.name)));
  at("sources").replaceChildren(
    ...[...bySource].flatMap(([source, fed]) => [
      el("dt", { class: "source" }, source),
      el("dd", { class: "source" }, [...new Set(fed.map((status) => status.source.state))].join(", ")),
      ...fed.flatMap((status) => [
        el("dt", {}, el("button", {
          type: "button", class: status.name === chosen() ? "chosen" : undefined,
          onclick: () => { at("index").value = status.name; changeIndex(); },
        }, status.name)),
        el("dd", { title: status.detail || status.source.detail },
          [status.documents === undefined ? "" : number.format(status.documents),
            status.state === "running" ? behind(status) : status.state].filter(Boolean).join(" · ")),
      ]),
    ]),
  );
}

function changeIndex() {
  filters = [];
  at("q").value = "";
  limit = PAGE;
  choose(chosen());
}

function merges(merges) {
  if (!merges) return [];
  const running = merges.running.map((merge) => [
    "merging",
    [
      `${number.format(merge.documentsDone)} of ${number.format(merge.documentsTotal)} documents`,
      `${(merge.bytesPerSecond / 1e6).toFixed(1)} MB/s`,
      merge.leftMillis === undefined ? "" : `${Math.ceil(merge.leftMillis / 1000)} s left`,
    ].filter(Boolean).join(" · "),
  ]);
  const held = merges.heldBack.length;
  return [
    ...running,
    ...(merges.waiting ? [["merges wait", merges.waiting]] : []),
    ...(held ? [["held back", `${number.format(held)} ${held === 1 ? "segment" : "segments"}: ${merges.heldBack[0].reason}`]] : []),
  ];
}

function positions(committed, ends) {
  const rows = Object.entries(committed).flatMap(([topic, partitions]) =>
    Object.entries(partitions).map(([partition, next]) => {
      const end = ends[topic]?.[partition];
      const shown = isTable() ? lsn : (position) => number.format(position);
      return [isTable() ? `${topic} at` : `${topic}/${partition}`, shown(next) + (end === undefined || end <= next ? "" : ` of ${shown(end)}`)];
    }));
  return rows.length > 6 ? [...rows.slice(0, 6), ["…", `${rows.length} partitions`]] : rows;
}

function follow(generation) {
  at("commits").replaceChildren();
  stream = new EventSource(indexPath(`events?from=${Math.max(0, generation - 8)}`));
  stream.onopen = () => at("live").classList.add("on");
  stream.onerror = () => at("live").classList.remove("on");
  stream.addEventListener("commit", (message) => showCommit(JSON.parse(message.data)));
}

function showCommit(event) {
  const data = event.data ?? {};
  const documents = data.documents ?? {};
  const list = at("commits");
  if (list.querySelector(`[data-generation="${Number(event.generation)}"]`)) return;
  const changes = [
    documents.added ? el("span", { class: "added" }, `+${number.format(documents.added)} `) : null,
    documents.deleted ? el("span", { class: "removed" }, `−${number.format(documents.deleted)} `) : null,
    documents.rejected ? el("span", { class: "removed" }, `${number.format(documents.rejected)} rejected`) : null,
  ];
  list.prepend(
    el("li", { class: "new", "data-generation": String(event.generation) },
      el("span", {}, `generation ${number.format(event.generation)}`, el("span", { class: "kind" }, String(data.kind ?? "").toLowerCase())),
      el("span", {}, ...changes),
      el("span", { class: "quiet" }, positions(data.positions ?? {}, {}).map((row) => row.join(" → ")).join(", ")),
      el("span", { class: "quiet" }, data.committedAt ? new Date(data.committedAt).toLocaleTimeString() : "")),
  );
  while (list.children.length > COMMITS_SHOWN) list.lastChild.remove();
  if (data.contentGeneration === event.generation) {
    clearTimeout(searchTimer);
    searchTimer = setTimeout(search, 250);
  }
}

// ---- choosing an index

function choose(name, sort = "") {
  stream?.close();
  stream = null;
  at("live").classList.remove("on");
  at("commits").replaceChildren();
  at("facts").replaceChildren();
  at("hits").replaceChildren();
  at("summary").textContent = "";
  at("more").hidden = true;
  showProblem(null);
  fields = { ...definitionOf(name).fields };
  showFields(sort);
  showFilters();
  refreshStatus();
}

/** What can be searched, filtered and sorted by. */
function showFields(sort = at("sort").value) {
  const definition = definitionOf(chosen());
  const key = [definition.key].flat()[0];
  const paths = Object.keys(fields);
  const searchable = isTable() || paths.some((path) => fields[path].type === "text");
  at("q").disabled = !searchable;
  at("q").placeholder = searchable ? `Search ${chosen()}…   ( / )` : `${chosen()} has no text field: use filters`;
  if (!searchable) at("q").value = "";
  const ordered = paths.filter((path) => fields[path].type !== "text" && !fields[path].multi);
  const time = ordered.find((path) => fields[path].type === "timestamp");
  newest = time ? `-${time}` : "";
  const options = [["", time ? "best, or newest" : "best"], ...ordered.flatMap((path) => [[`-${path}`, `${path} ↓`], [path, `${path} ↑`]])];
  at("sort").replaceChildren(...options.map(([value, label]) => el("option", { value }, label)));
  at("sort").value = options.some(([value]) => value === sort) ? sort : "";
  at("filters").replaceChildren(
    ...[...(key && !fields[key] ? [key] : []), ...ordered].flatMap((path) =>
      (["long", "double", "timestamp"].includes(fields[path]?.type) ? ["gte", "lt"] : ["eq"])
        .map((op) => el("option", { value: `${path}:${op}:` }))),
  );
}

async function start() {
  const parameters = readAddress();
  try {
    indexes = (await fetchJson("indexes")).indexes;
  } catch (error) {
    showProblem(error);
    setTimeout(start, STATUS_MILLIS);
    return;
  }
  if (!indexes.length) {
    at("summary").textContent = "There is no index yet. PUT a definition to /indexes/{name}.";
    setTimeout(start, STATUS_MILLIS);
    return;
  }
  at("summary").textContent = "";
  at("index").replaceChildren(...indexes.map((index) => el("option", { value: index.name }, index.name)));
  const wanted = parameters.get("index");
  if (indexes.some((index) => index.name === wanted)) at("index").value = wanted;
  choose(chosen(), parameters.get("sort") ?? "");
  refreshSources();
}

at("q").addEventListener("input", searchSoon);
at("sort").addEventListener("change", searchSoon);
at("index").addEventListener("change", changeIndex);
at("more").addEventListener("click", () => { limit = Math.min(limit + PAGE * 2, HITS_MAX); search(); });
at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (document.activeElement === at("filter")) addFilter();
  else search();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) { refreshStatus(); refreshSources(); } });
document.addEventListener("keydown", (event) => {
  const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement?.tagName);
  if (event.key === "/" && !typing) {
    event.preventDefault();
    at("q").focus();
  } else if (event.key === "Escape" && document.activeElement === at("q") && at("q").value) {
    at("q").value = "";
    searchSoon();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const titles = [...document.querySelectorAll(".hit h3 button")];
    const here = titles.indexOf(document.activeElement);
    if (here < 0 && document.activeElement !== at("q")) return;
    event.preventDefault();
    const next = event.key === "ArrowDown" ? here + 1 : here - 1;
    (next < 0 ? at("q") : titles[Math.min(next, titles.length - 1)])?.focus();
  }
});

start();
