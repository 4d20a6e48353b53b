// Filter boxes above long tables. Text is only ever compared and set as text, never parsed as markup.
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

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("table.filterable").forEach(filterBox);
  });
})();
