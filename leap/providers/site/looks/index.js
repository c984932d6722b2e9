// The front page: search over titles, chapters and every spoken word.
"use strict";

(() => {
  const input = document.getElementById("query");
  if (!input) return;
  const data = JSON.parse(document.getElementById("data").textContent);
  const said = document.getElementById("said");
  const cards = [...document.querySelectorAll(".card")];
  const courses = [...document.querySelectorAll(".course")];
  const contents = document.getElementById("courses");
  document.getElementById("search").hidden = false;
  const SNIPPETS = 3;
  const LOADS = 6;

  /** Lower case, without accents, ё as е: what one types is not how it was spelt. */
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

  // ── the words of a lecture are a script beside it, loaded when they are first asked for ──

  const words = new Map();
  window.leapWords = (slug, ...kinds) => {
    const [chapters, spoken] = kinds.map((lines) =>
      lines.map(([start, text]) => ({ start, text, folded: fold(text) })),
    );
    words.set(slug, { chapters, spoken });
  };

  const loads = new Map();
  function load(card) {
    const { slug } = card.dataset;
    if (!loads.has(slug)) {
      loads.set(
        slug,
        new Promise((done) => {
          const script = document.createElement("script");
          script.src = card.dataset.words;
          script.onload = script.onerror = () => {
            script.remove();
            done();
          };
          document.head.append(script);
        }),
      );
    }
    return loads.get(slug);
  }

  // ── matching ───────────────────────────────────────────────────────────────

  const holds = (folded, terms) => terms.every((term) => folded.includes(term));

  /** Chapters and sentences with all terms; a sentence may run on into the next line. */
  function hitsOf(slug, terms) {
    const { chapters, spoken } = words.get(slug) || { chapters: [], spoken: [] };
    const hits = chapters.filter((line) => holds(line.folded, terms));
    spoken.forEach((line, i) => {
      const next = spoken[i + 1];
      if (holds(line.folded, terms)) {
        hits.push(line);
      } else if (next && !holds(next.folded, terms) && holds(`${line.folded} ${next.folded}`, terms)) {
        hits.push({ start: line.start, text: `${line.text} ${next.text}` });
      }
    });
    return hits.sort((a, b) => a.start - b.start);
  }

  /** `text` around its first match, with matches marked, as nodes: never as markup. */
  function snippet(text, terms) {
    const letters = [...text];
    const folded = letters.map(fold);
    const flat = folded.join("");
    const marked = new Array(letters.length).fill(false);
    let first = letters.length;
    for (const term of terms) {
      for (let at = flat.indexOf(term); at >= 0; at = flat.indexOf(term, at + term.length)) {
        let place = 0;
        letters.forEach((_, i) => {
          const end = place + folded[i].length;
          if (end > at && place < at + term.length) {
            marked[i] = true;
            first = Math.min(first, i);
          }
          place = end;
        });
      }
    }
    const from = first > 60 ? letters.lastIndexOf(" ", first - 40) + 1 : 0;
    const to = Math.min(letters.length, from + 160);
    const nodes = document.createDocumentFragment();
    if (from > 0) nodes.append("…");
    for (let i = from; i < to; ) {
      let end = i;
      while (end < to && marked[end] === marked[i]) end += 1;
      const run = letters.slice(i, end).join("");
      if (marked[i]) {
        const mark = document.createElement("mark");
        mark.textContent = run;
        nodes.append(mark);
      } else {
        nodes.append(run);
      }
      i = end;
    }
    if (to < letters.length) nodes.append("…");
    return nodes;
  }

  function clock(seconds) {
    const whole = Math.floor(seconds);
    const two = (number) => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  }

  function hitLine(card, hit, terms) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    const time = document.createElement("span");
    const text = document.createElement("span");
    link.href = `${card.querySelector("h3 a").getAttribute("href")}#t=${hit.start}`;
    time.className = "time";
    time.textContent = clock(hit.start);
    text.dir = "auto";
    text.append(snippet(hit.text, terms));
    link.append(time, text);
    line.append(link);
    return line;
  }

  const abouts = new Map();
  /** What a card says of its lecture, and of the course it belongs to, ready to compare. */
  function about(card) {
    if (!abouts.has(card)) {
      const course = card.closest(".course").querySelector("h2");
      abouts.set(card, fold(`${course.textContent} ${card.querySelector(".what").textContent}`));
    }
    return abouts.get(card);
  }

  /** The list of a card's hits, made when there are some. */
  function listOf(card) {
    let list = card.querySelector(".hits");
    if (!list) {
      list = document.createElement("ol");
      list.className = "hits";
      card.querySelector(".what").append(list);
    }
    return list;
  }

  function showCard(card, terms) {
    const known = about(card); // before hits are added to it
    const hits = terms.length ? hitsOf(card.dataset.slug, terms) : [];
    if (!hits.length) {
      card.querySelector(".hits")?.remove();
      card.classList.remove("searching");
      card.hidden = terms.length > 0 && !holds(known, terms);
      return !card.hidden;
    }
    const lines = hits.slice(0, SNIPPETS).map((hit) => hitLine(card, hit, terms));
    if (hits.length > SNIPPETS) {
      const rest = document.createElement("li");
      rest.className = "rest";
      rest.textContent = data.more.replace("{count}", hits.length - SNIPPETS);
      lines.push(rest);
    }
    listOf(card).replaceChildren(...lines);
    card.classList.add("searching");
    card.hidden = false;
    return true;
  }

  /** Show the courses that have something to show, and their contents while nothing is sought. */
  function showCourses(searching) {
    for (const course of courses) course.hidden = !course.querySelector(".card:not([hidden])");
    if (contents) contents.hidden = searching;
  }

  // ── one search at a time; a newer one ends the older ───────────────────────

  let latest = 0;
  async function search() {
    const mine = (latest += 1);
    const query = input.value.trim();
    const terms = fold(query).split(/\s+/).filter(Boolean);
    history.replaceState(null, "", query ? `#q=${encodeURIComponent(query)}` : "#");
    let found = 0;
    for (const card of cards) found += showCard(card, terms);
    showCourses(terms.length > 0);
    if (!terms.length) {
      said.textContent = "";
      return;
    }
    const waiting = cards.filter((card) => !words.has(card.dataset.slug));
    if (waiting.length) said.textContent = data.searching;
    const worker = async () => {
      for (let card = waiting.shift(); card && mine === latest; card = waiting.shift()) {
        const before = !card.hidden;
        await load(card);
        if (mine !== latest) return;
        const after = showCard(card, terms);
        found += after - before;
        if (after && !before) card.closest(".course").hidden = false;
      }
    };
    await Promise.all(Array.from({ length: LOADS }, worker));
    if (mine !== latest) return;
    said.textContent = found
      ? data.found.replace("{count}", found)
      : data.nothing.replace("{query}", () => query);
  }

  let pause;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(search, 120);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.target.closest("input") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      input.focus();
    } else if (event.key === "Escape" && event.target === input) {
      input.value = "";
      search();
    }
  });

  function takeHash() {
    const found = /^#q=(.*)$/.exec(location.hash);
    if (!found) return;
    try {
      input.value = decodeURIComponent(found[1]);
    } catch {
      return;
    }
    search();
  }
  addEventListener("hashchange", takeHash);
  takeHash();
})();
