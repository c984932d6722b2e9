// Searches, filters and sorts the table; without it the newest lines stand as they are.
"use strict";
(() => {
  const FIRST = 30, STEP = 100;
  const byId = (id) => document.getElementById(id);
  const body = byId("rows");
  if (!body) return;

  const { words, rows, deciding } = JSON.parse(byId("data").textContent);
  const several = byId("by-tenant") !== null;
  const recordings = rows.map(
    ([id, recorded, title, tenant, template, status, kind, reason, since, length, lasts, links, decide, override]) => ({
      id, recorded, title, since, length,
      lasts: words[lasts],
      tenant: words[tenant], template: words[template], status: words[status],
      kind: words[kind], reason: words[reason],
      decide: words[decide].split(" ").filter(Boolean), override: words[override],
      links: links.map(([preset, href, note]) => ({ preset: words[preset], href, note: words[note] })),
    }),
  );
  for (const each of recordings) {
    each.text = `${each.title}\n${each.id}\n${each.reason}`.toLowerCase();
  }

  // ── one line ──────────────────────────────────────────────────────────────

  const node = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const small = (...children) => node("span", { class: "small" }, ...children);
  const cell = (name, ...children) => node("td", { role: "cell", class: name }, ...children);

  const icon = (kind) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", `icon ${kind}`);
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#is-${kind}`);
    svg.append(use);
    return svg;
  };

  // ── what can be decided of it; leap/render/report/deciding.py says the same ──

  const printable = (title) => title.replace(/[\p{C}\p{Z}]/gu, " ").trim();
  const quoted = (title) => JSON.stringify(title && !/\{[{%#]|[}%#]\}/.test(title) ? title : "{{ display_name }}");

  const addressOf = ({ forge, project, branch, folder }, path, text, adds) => {
    const github = forge === "github", inner = github ? "" : "/-", where = `${folder}${path}`;
    const part = (piece) => piece.split("/").map(encodeURIComponent).join("/");
    if (adds) return `${project}${inner}/edit/${part(branch)}/${part(where)}`;
    const [name, content] = github ? ["filename", "value"] : ["file_name", "content"];
    return `${project}${inner}/new/${part(branch)}?${name}=${encodeURIComponent(where)}&${content}=${encodeURIComponent(text)}`;
  };

  const choice = (each, name) => {
    const { editor, schema, texts } = deciding, adds = Boolean(each.override);
    const path = each.override || `tenants/${each.tenant}/overrides/${each.id}.yaml`;
    const about = [...printable(each.title)].slice(0, 80).join("").trim() || "no title";
    const head = adds ? "" : `${schema}\nfor: {recording: ${each.id}}  # ${about}\n`;
    const [label, body_] = texts[name];
    const text = head + body_.replace("{title}", () => quoted(printable(each.title)));
    const link = editor ? node("a", { href: addressOf(editor, path, text, adds) }, label) : label;
    if (editor && !adds) return node("li", {}, link);
    return node("li", {}, link, " ",
      small(adds ? "add to " : "new file ", node("code", {}, path)), node("pre", {}, text));
  };

  // Made when it is opened: most never are.
  const decide = (each) => {
    const list = node("ul"), made = node("details", { class: "decide" }, node("summary", {}, "Decide"), list);
    made.addEventListener("toggle", () => {
      if (!list.children.length) list.append(...Object.keys(deciding.texts)
        .filter((name) => each.decide.includes(name)).map((name) => choice(each, name)));
    });
    return made;
  };

  const line = (each) => {
    const about = [several && each.tenant, each.template].filter(Boolean).map((word) => `${word} · `);
    const links = each.links.map(({ preset, href, note }) => {
      const text = note ? `${preset} (${note})` : preset;
      return href ? node("a", { href }, text) : node("span", {}, text);
    });
    return node("tr", { role: "row" },
      cell("day", each.recorded.slice(0, 10)),
      cell("title", node("b", {}, node("bdi", {}, each.title || "(no title)")), " ",
        small(...about, node("code", {}, each.id)), ...(each.decide.length ? [decide(each)] : [])),
      cell("state", node("span", { class: `status ${each.kind}` }, icon(each.kind), each.status), " ",
        ...(each.reason ? [small(each.reason)] : [])),
      cell("since", node("time", { datetime: `${each.since.replace(" ", "T")}Z` }, each.since)),
      cell("length number", each.lasts),
      cell("links", ...links),
    );
  };

  // ── which lines, in which order ───────────────────────────────────────────

  const chosen = { status: byId("by-status"), template: byId("by-template"), tenant: byId("by-tenant") };
  let sort = { by: "recorded", down: true };
  let found = recordings;
  let shown = 0;

  const compare = (one, other) => {
    const [a, b] = [one[sort.by] ?? -1, other[sort.by] ?? -1];
    const order = typeof a === "string" ? a.localeCompare(b) : a - b;
    return (order || one.id.localeCompare(other.id)) * (sort.down ? -1 : 1);
  };

  const showMore = (count = STEP) => {
    const next = found.slice(shown, shown + count);
    body.append(...next.map(line));
    shown += next.length;
    byId("more").hidden = shown >= found.length;
  };

  const show = () => {
    const sought = byId("query").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = Object.entries(chosen).filter(([, select]) => select && select.value);
    found = recordings.filter((each) =>
      wanted.every(([field, select]) => each[field] === select.value) &&
      sought.every((word) => each.text.includes(word)));
    found.sort(compare);
    body.replaceChildren();
    shown = 0;
    showMore(FIRST);
    const count = (number) => number.toLocaleString("en");
    byId("said").textContent = found.length === recordings.length
      ? `${count(found.length)} recordings`
      : `${count(found.length)} of ${count(recordings.length)} recordings`;
    for (const tile of document.querySelectorAll(".tile")) {
      if (tile.dataset.status === chosen.status.value) tile.setAttribute("aria-current", "true");
      else tile.removeAttribute("aria-current");
    }
  };

  let later;
  byId("query").addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(show, 120);
  });
  byId("filters").addEventListener("change", show);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", () => {
    const first = shown;
    showMore();
    // The button moves away or vanishes: reading goes on at the first new line.
    const row = body.children[first];
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
  });

  for (const head of document.querySelectorAll("[data-sort]")) {
    const button = node("button", { type: "button" }, head.textContent);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const by = head.dataset.sort;
      sort = { by, down: sort.by === by ? !sort.down : ["recorded", "since", "length"].includes(by) };
      for (const each of document.querySelectorAll("[data-sort]")) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      show();
    });
  }

  for (const tile of document.querySelectorAll(".tile")) {
    tile.addEventListener("click", () => {
      const status = tile.dataset.status;
      chosen.status.value = chosen.status.value === status ? "" : status;
      show();
    });
  }

  // ── commands to copy ──────────────────────────────────────────────────────

  for (const place of document.querySelectorAll(".command")) {
    if (!navigator.clipboard) break;
    const button = node("button", { type: "button" }, "Copy");
    const command = place.textContent.trim();
    button.setAttribute("aria-label", `Copy: ${command}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    place.append(button);
  }

  byId("filters").hidden = false;
  show();
})();
