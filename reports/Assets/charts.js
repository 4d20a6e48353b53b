// Draws the charts. Pages open from file://, where fetch is blocked: each chart's data is a script file, or a JSON block in the one-file form. Charts in
// view are drawn first and the others when the browser is idle, so that neither a long page nor a print leaves empty frames. Nothing here reaches a network.
(function () {
  "use strict";
  const waiting = new Map();
  const base = document.currentScript && document.currentScript.src ? document.currentScript.src.replace(/assets\/[^/]*$/, "") : null;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();
  // A print begins right after "beforeprint": what is loaded by then can still be drawn, so everything is asked for early. A page of very many charts
  // draws the far ones in view or for a print only.
  const mostIdle = 60, paperWidth = 640, legendLine = 19, aroundPlot = 90;
  const paper = { "--text": "#000000", "--muted": "#333333", "--grid": "#cccccc", "--surface": "#ffffff" };
  let plotly = null, printing = false;

  function load(path) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = base + path;
      script.onload = resolve;
      script.onerror = () => reject(new Error("The file " + path + " is missing beside this page."));
      document.head.appendChild(script);
    });
  }

  function library() {
    if (!plotly) plotly = window.Plotly ? Promise.resolve() : load("assets/plotly.min.js");
    return plotly;
  }

  function data(id) {
    const block = document.getElementById("data-" + id);
    if (block) return Promise.resolve(JSON.parse(block.textContent));
    if (!waiting.has(id)) {
      let resolve;
      const arrived = new Promise((done) => { resolve = done; });
      waiting.set(id, { resolve, figure: load("data/" + id + ".js").then(() => arrived) });
    }
    return waiting.get(id).figure;
  }

  function css(name) { return printing ? paper[name] : getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

  function themed(layout, width) {
    const text = css("--text"), grid = css("--grid"), line = css("--muted");
    const result = Object.assign({}, layout, {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true,
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: text },
      margin: Object.assign({ l: 56, r: 16, t: 26, b: 50 }, layout.margin || {}),
      legend: Object.assign({ orientation: "h", x: 0, xanchor: "left", yref: "container", y: 0, yanchor: "bottom", font: { size: width < 500 ? 11 : 12 } }, layout.legend || {}),
      hoverlabel: { bgcolor: css("--surface"), bordercolor: line, font: { color: text } },
    });
    for (const key of Object.keys(layout)) {
      if (/^[xy]axis\d*$/.test(key)) {
        result[key] = Object.assign({ gridcolor: grid, linecolor: line, zeroline: false, ticks: "outside", tickcolor: line }, layout[key]);
        // Measured from the tick labels: Plotly's own place for a title lies on long ones.
        if (key[0] === "y" && result[key].title) result[key].title = Object.assign({ standoff: 8 }, result[key].title);
      }
    }
    if (printing) Object.assign(result, { width: paperWidth, autosize: false });
    result.annotations = (layout.annotations || []).map((note) => Object.assign({ font: { size: 11, color: line } }, note));
    return result;
  }

  // Plotly puts the legend into the height it is given, and what is higher than the plot above it behind a scroll bar: what its lines need beyond the first
  // is added to the box, and as much more as makes the plot as high as its legend.
  function grow(box, legend) {
    const added = parseFloat(box.style.getPropertyValue("--legend")) || 0, bare = box.clientHeight - added;
    box.style.setProperty("--legend", Math.ceil(Math.max(0, legend - legendLine, 2 * legend + aroundPlot - bare)) + "px");
  }

  function makeRoom(box) {
    const names = box.figure.data.filter((trace) => trace.showlegend !== false && trace.type === "scatter").map((trace) => trace.name || "");
    const width = (printing ? paperWidth : box.clientWidth) - 70;
    const entry = 46 + 6.4 * Math.max(...names.map((name) => name.length), 0);
    const lines = names.length < 2 ? 0 : Math.ceil(names.length / Math.max(1, Math.floor(width / entry)));
    grow(box, legendLine * lines);
  }

  // The lines were an estimate: a legend that turned out to be higher gets its room after all.
  function fit(box) {
    const legend = box._fullLayout && box._fullLayout.legend;
    if (!legend || !(legend._effHeight < legend._height)) return null;
    grow(box, legend._height);
    return window.Plotly.Plots.resize(box);
  }

  function draw(box) {
    if (drawn.has(box)) return drawn.get(box);
    const work = Promise.all([library(), data(box.dataset.chart)]).then(([, figure]) => {
      box.figure = figure;
      makeRoom(box);
      return window.Plotly.newPlot(box, JSON.parse(JSON.stringify(figure.data)), themed(figure.layout, box.clientWidth), { displayModeBar: false, responsive: true, staticPlot: false, scrollZoom: false });
    }).then(() => fit(box)).then(() => { box.dataset.drawn = "true"; }, (error) => {
      box.textContent = "This chart could not be drawn: " + error.message + " Its numbers are in the table below.";
      box.dataset.drawn = "failed";
    });
    drawn.set(box, work);
    return work;
  }

  function redraw() {
    for (const box of drawn.keys()) {
      if (!box.figure) continue;
      makeRoom(box);
      window.Plotly.react(box, JSON.parse(JSON.stringify(box.figure.data)), themed(box.figure.layout, box.clientWidth));
      if (!printing) fit(box);
    }
  }

  function boxes() { return Array.from(document.querySelectorAll("[data-chart]")); }

  window.lt2Eval = Object.assign(window.lt2Eval || {}, {
    base,
    load,
    chart(id, figure) {
      if (!waiting.has(id)) return;
      waiting.get(id).resolve(figure);
    },
    drawAll() { return Promise.all(boxes().map(draw)); },
  });

  function ahead() {
    library().catch(() => {});
    boxes().forEach((box) => data(box.dataset.chart).catch(() => {}));
    const left = boxes().slice(0, mostIdle);
    const idle = window.requestIdleCallback || ((work) => setTimeout(work, 20));
    const next = () => { const box = left.shift(); if (box) draw(box).then(() => idle(next)); };
    idle(next);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watcher.unobserve(entry.target);
        draw(entry.target);
      }
    }, { rootMargin: "500px" });
    boxes().forEach((box) => watcher.observe(box));
  });
  window.addEventListener("load", ahead);
  dark.addEventListener("change", redraw);
  let settled = 0;
  window.addEventListener("resize", () => {
    for (const box of drawn.keys()) if (box.figure) makeRoom(box);
    clearTimeout(settled); // after Plotly's own resizing, which waits too
    settled = setTimeout(() => { for (const box of drawn.keys()) if (box.figure) fit(box); }, 400);
  });
  window.addEventListener("beforeprint", () => { printing = true; redraw(); window.lt2Eval.drawAll(); });
  window.addEventListener("afterprint", () => { printing = false; redraw(); });
})();
