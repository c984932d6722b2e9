// A lecture's page: captions, chapters, a transcript that follows, links to a moment.
"use strict";

(() => {
  const player = document.getElementById("player");
  const data = JSON.parse(document.getElementById("data").textContent);
  const transcript = document.getElementById("transcript");
  const follow = document.getElementById("follow");
  const played = document.getElementById("played");
  const timed = (selector, key) =>
    [...document.querySelectorAll(selector)].map((node) => ({ node, start: Number(node.dataset[key]) }));
  const chapters = timed("[data-chapter]", "chapter");
  const segments = timed("[data-start]", "start");

  // What needs this script is shown by it.
  for (const id of ["tools", "keys"]) document.getElementById(id).hidden = false;

  // ── captions ───────────────────────────────────────────────────────────────

  function languageName(code) {
    try {
      return new Intl.DisplayNames([code], { type: "language" }).of(code);
    } catch {
      return code;
    }
  }

  const track = player.querySelector("track");
  if (track) {
    track.label = languageName(track.srclang);
    const show = () => (track.track.mode = "showing");
    if (location.protocol === "file:") {
      // A page from a folder may load no track, but a script that holds its text.
      window.leapCaptions = (text) => {
        track.src = URL.createObjectURL(new Blob([text], { type: "text/vtt" }));
        show();
      };
      const script = document.createElement("script");
      script.src = data.captions;
      document.head.append(script);
    } else {
      show();
    }
    // Where there is no picture the browser draws no captions on it.
    const caption = document.getElementById("caption");
    if (caption) {
      track.track.addEventListener("cuechange", () => {
        const shown = track.track.mode === "showing" ? [...track.track.activeCues] : [];
        caption.textContent = shown.map((cue) => cue.getCueAsHTML().textContent).join("\n");
      });
    }
  }

  // ── where we are ───────────────────────────────────────────────────────────

  /** The last of `items` that has begun at `time`, by bisection. */
  function begun(items, time) {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[middle].start <= time) low = middle + 1;
      else high = middle;
    }
    return items[low - 1];
  }

  function marker(items, onChange) {
    let current;
    return (time) => {
      const item = begun(items, time + 0.05);
      if (item === current) return;
      current?.node.removeAttribute("aria-current");
      current = item;
      if (!item) return;
      item.node.setAttribute("aria-current", "true");
      onChange(item.node);
    };
  }

  /** Scroll only the panel: the page itself belongs to the reader. */
  function reveal(panel, node, share) {
    const box = node.getBoundingClientRect();
    const view = panel.getBoundingClientRect();
    if (panel.scrollHeight <= panel.clientHeight) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = panel.scrollTop + box.top - view.top - view.height * share;
    panel.scrollTo({ top, behavior: calm ? "auto" : "smooth" });
  }

  let following = true;
  function setFollowing(on) {
    following = on;
    follow.hidden = on;
    const here = transcript.querySelector("[aria-current]");
    if (on && here) reveal(transcript, here, 0.3);
  }

  const markChapter = marker(chapters, (node) => reveal(node.closest("ol"), node, 0.3));
  const markSegment = marker(segments, (node) => {
    if (following) reveal(transcript, node, 0.3);
  });

  const here = document.getElementById("here");
  function clock(seconds) {
    const whole = Math.floor(seconds);
    const two = (number) => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  }

  function show() {
    const time = player.currentTime;
    const label = clock(time);
    if (here.textContent !== label) here.textContent = label;
    markChapter(time);
    markSegment(time);
    if (played && player.duration) played.setAttribute("width", (1000 * time) / player.duration);
  }
  player.addEventListener("timeupdate", show);
  player.addEventListener("seeked", show);

  if (transcript) {
    for (const kind of ["wheel", "touchmove"]) {
      transcript.addEventListener(kind, () => setFollowing(false), { passive: true });
    }
    transcript.addEventListener("keydown", (event) => {
      if (/^(Arrow|Page|Home|End)/.test(event.key)) setFollowing(false);
    });
    follow.addEventListener("click", () => setFollowing(true));
  }

  // ── going somewhere ────────────────────────────────────────────────────────

  function seek(time, play) {
    const go = () => {
      player.currentTime = Math.min(Math.max(0, time), player.duration || time);
      show();
    };
    if (player.readyState >= HTMLMediaElement.HAVE_METADATA) go();
    else player.addEventListener("loadedmetadata", go, { once: true });
    if (play) player.play()?.catch(() => {});
  }

  /** `#t=83`, `#t=1:23` and `#t=1:02:03` name a moment. */
  function momentOf(hash) {
    const found = /^#t=(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(hash);
    return found ? Number(found[1] || 0) * 3600 + Number(found[2] || 0) * 60 + Number(found[3]) : null;
  }

  function goToHash(play) {
    const moment = momentOf(location.hash);
    if (moment !== null) seek(moment, play);
  }
  addEventListener("hashchange", () => goToHash(false));
  goToHash(false);

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest('a[href^="#t="]');
    const segment = event.target.closest("[data-start]");
    if (link) {
      event.preventDefault();
      history.replaceState(null, "", link.hash);
      if (transcript) setFollowing(true);
      seek(momentOf(link.hash), true);
    } else if (segment && getSelection().isCollapsed) {
      setFollowing(true);
      seek(Number(segment.dataset.start), true);
    }
  });

  document.getElementById("ribbon")?.addEventListener("click", (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * (player.duration || 0), true);
  });

  // ── tools ──────────────────────────────────────────────────────────────────

  const speed = document.getElementById("speed");
  const memory = {
    // A browser may refuse storage to pages opened from a folder.
    get(key) {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem(key, value);
      } catch {
        /* then it is not remembered */
      }
    },
  };
  function setSpeed(rate) {
    player.defaultPlaybackRate = player.playbackRate = Number(rate);
  }
  const kept = memory.get("leap.speed");
  if ([...speed.options].some((option) => option.value === kept)) speed.value = kept;
  setSpeed(speed.value);
  speed.addEventListener("change", () => {
    setSpeed(speed.value);
    memory.set("leap.speed", speed.value);
  });

  const said = document.getElementById("said");
  async function share() {
    history.replaceState(null, "", `#t=${Math.floor(player.currentTime)}`);
    try {
      await navigator.clipboard.writeText(location.href);
      said.textContent = data.copied;
    } catch {
      said.textContent = data.in_address;
    }
    setTimeout(() => (said.textContent = ""), 4000);
  }
  document.getElementById("share").addEventListener("click", share);

  player.addEventListener("error", () => {
    document.querySelector(".unplayable").hidden = false;
  });

  const keys = {
    k: () => (player.paused ? player.play()?.catch(() => {}) : player.pause()),
    j: () => seek(player.currentTime - 10),
    l: () => seek(player.currentTime + 10),
    n: () => {
      const next = chapters.find((chapter) => chapter.start > player.currentTime + 0.05);
      if (next) seek(next.start);
    },
    p: () => {
      // A moment into a chapter, back means its beginning.
      const earlier = begun(chapters, player.currentTime - 3);
      seek(earlier ? earlier.start : 0);
    },
    c: () => {
      const captions = player.textTracks[0];
      if (captions) captions.mode = captions.mode === "showing" ? "hidden" : "showing";
    },
    s: share,
  };
  // By the key's place, so that it works in any keyboard layout.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) return;
    const action = keys[/^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase()];
    if (action) {
      event.preventDefault();
      action();
    }
  });

  show();
})();
