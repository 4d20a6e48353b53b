// Filter boxes above long tables, and lists of samples that are read file by file. Text is only ever compared and set as text, never parsed as markup.
(function () {
  "use strict";

  function filterBox(table) {
    const label = document.createElement("label");
    label.className = "filter";
    const caption = table.caption ? table.caption.textContent : "rows";
    label.append("Filter rows ");
    const input = document.createElement("input");
    input.type = "search";
    input.setAttribute("aria-label", "Filter rows of: " + caption);
    const count = document.createElement("span");
    count.className = "muted";
    count.setAttribute("role", "status");
    label.append(input, " ", count);
    const rows = Array.from(table.tBodies[0].rows);
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, index) => {
        row.hidden = !words.every((word) => texts[index].includes(word));
        if (!row.hidden) shown++;
      });
      count.textContent = words.length ? shown + " of " + rows.length : "";
    });
    const holder = table.closest(".scroll") || table;
    holder.parentNode.insertBefore(label, holder);
  }

  // Scroll bars are hidden until used on many systems: a shadow at the edge of a box says that there is more to that side, and a line above a table says it in words.
  function watchEdges(box, look) {
    const mark = () => {
      const beyond = box.scrollWidth - box.clientWidth;
      box.classList.toggle("more-left", box.scrollLeft > 1);
      box.classList.toggle("more-right", beyond - box.scrollLeft > 1);
      if (look) look(beyond > 1);
    };
    const watcher = new ResizeObserver(mark);
    watcher.observe(box);
    for (const part of box.children) watcher.observe(part);
    box.addEventListener("scroll", mark, { passive: true });
  }

  function watchTable(box) {
    const hint = element("p", "\u21c6 This table is wider than the page: scroll it sideways.", "sideways");
    watchEdges(box, (isWide) => {
      if (isWide && !hint.isConnected) box.before(hint);
      if (!isWide) hint.remove();
    });
  }

  // On a narrow screen the bar of pages scrolls: the page that is open stands in its middle.
  function pageBar() {
    const bar = document.querySelector("header.site nav ul");
    if (!bar) return;
    const current = bar.querySelector("[aria-current]");
    if (current) bar.scrollLeft = current.offsetLeft - bar.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
    watchEdges(bar);
  }

  const arrived = new Map();

  window.lt2Eval = Object.assign(window.lt2Eval || {}, {
    samples(name, index, rows) { arrived.set(name + "-" + index, rows); },
  });

  function element(tag, text, className) {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  function number(value) { return value === null ? "\u2013" : String(Number(value.toPrecision(3))); }

  function sampleList(holder) {
    const name = holder.dataset.samples, files = Number(holder.dataset.files), total = Number(holder.dataset.rows);
    const loops = holder.dataset.loops.split(","), shares = holder.dataset.shares === "true";
    const slices = holder.dataset.slices === "true", flips = holder.dataset.flips === "true", expected = holder.dataset.expected === "true";
    const page = 100;
    const rows = [];
    let loaded = 0, shown = page;

    const controls = element("div", undefined, "filter");
    const search = element("input");
    search.type = "search";
    search.setAttribute("aria-label", "Filter samples by text");
    const choice = element("select");
    choice.setAttribute("aria-label", "Which samples");
    for (const [value, text] of [["all", "all samples"]].concat(flips ? [["flip", "flips against the reference"]] : [], [["changes", "answer changes with loops"], ["wrong", "wrong at the last loop count"]])) {
      const option = element("option", text);
      option.value = value;
      choice.append(option);
    }
    const status = element("span", "", "muted");
    status.setAttribute("role", "status");
    controls.append("Filter ", search, " ");
    if (shares) controls.append(choice, " ");
    controls.append(status);

    const box = element("div", undefined, "scroll");
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Samples");
    const table = element("table");
    table.append(element("caption", "Samples"));
    const head = table.createTHead().insertRow();
    ["Sample"].concat(slices ? ["Slice"] : [], expected ? ["Expected"] : [], flips ? ["Flip"] : [], loops.map((loop) => "Answer at T\u2032 = " + loop)).forEach((title) => {
      const cell = element("th", title);
      cell.scope = "col";
      head.append(cell);
    });
    const body = table.createTBody();
    box.append(table);
    const more = element("button", "Show more");
    more.type = "button";

    async function read(count) {
      while (loaded < files && rows.length < count) {
        const key = name + "-" + loaded;
        if (!arrived.has(key)) await window.lt2Eval.load("data/" + key + ".js");
        for (const row of arrived.get(key)) rows.push(row);
        loaded++;
      }
    }

    const right = (score) => score !== null && score >= 1 - 1e-6;

    function mark(score) {
      if (!shares) return number(score);
      if (score === null) return "\u2013";
      return right(score) ? "\u2713" : score > 0 ? "\u25d0 " + number(score) : "\u2717";
    }

    function matches(row, words, which) {
      if (which === "flip" && !row[3]) return false;
      if (which === "changes" && new Set(row[4].map((entry) => right(entry[0]))).size < 2) return false;
      if (which === "wrong" && right(row[4][row[4].length - 1][0])) return false;
      if (!words.length) return true;
      const text = [row[0], row[1], row[2], row[3]].concat(row[4].map((entry) => entry[1])).join("\n").toLowerCase();
      return words.every((word) => text.includes(word));
    }

    function line(row) {
      const tr = document.createElement("tr");
      tr.id = "sample-" + row[0];
      const link = element("a", row[0]);
      link.href = "#" + encodeURIComponent(tr.id);
      const first = element("td");
      first.append(link);
      tr.append(first);
      if (slices) tr.append(element("td", row[1]));
      if (expected) tr.append(element("td", row[2], "text sample"));
      if (flips) tr.append(element("td", row[3]));
      for (const [score, answer] of row[4]) tr.append(element("td", mark(score) + (answer ? " " + answer : ""), "text sample"));
      return tr;
    }

    async function show() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean), which = choice.value;
      const filtered = words.length > 0 || which !== "all";
      await read(filtered ? total : shown);
      const found = filtered ? rows.filter((row) => matches(row, words, which)) : rows;
      body.replaceChildren(...found.slice(0, shown).map(line));
      const count = filtered ? found.length : total;
      status.textContent = "showing " + Math.min(shown, count) + " of " + count + (filtered ? " that match, of " + total : "") + " samples";
      more.hidden = shown >= count;
    }

    async function follow() {
      const wanted = decodeURIComponent(location.hash.slice(1));
      if (!wanted.startsWith("sample-")) return;
      await read(total);
      const index = rows.findIndex((row) => "sample-" + row[0] === wanted);
      if (index < 0) return;
      shown = Math.max(shown, index + 1);
      await show();
      const target = document.getElementById(wanted);
      if (target) target.scrollIntoView({ block: "center" });
    }

    search.addEventListener("input", () => { shown = page; show(); });
    choice.addEventListener("change", () => { shown = page; show(); });
    more.addEventListener("click", () => { shown += page; show(); });
    window.addEventListener("hashchange", follow);
    show().then(() => {
      holder.replaceChildren(controls, box, more);
      watchTable(box);
      holder.dataset.ready = "true";
      follow();
    }, (error) => {
      holder.append(element("p", "The samples could not be read: " + error.message));
      holder.dataset.ready = "failed";
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-samples]").forEach(sampleList);
    document.querySelectorAll("table.filterable").forEach(filterBox);
    document.querySelectorAll(".scroll").forEach(watchTable);
    pageBar();
  });
})();
