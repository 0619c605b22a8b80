(function () {
	"use strict";
	const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
	const value = (cell) => (cell && cell.dataset.v !== undefined ? Number(cell.dataset.v) : NaN);

	/* Figures by what they were made from, words by their letters; cells without a figure stay last. */
	function compare(a, b, column, factor) {
		const left = a.cells[column], right = b.cells[column], x = value(left), y = value(right);
		if (!isNaN(x) && !isNaN(y)) return factor * (x - y);
		if (!isNaN(x) || !isNaN(y)) return isNaN(x) ? 1 : -1;
		return factor * left.textContent.localeCompare(right.textContent);
	}

	function sort(head) {
		const table = head.closest("table"), body = table.tBodies[0];
		const rising = head.getAttribute("aria-sort") !== "ascending";
		all("th", table.tHead).forEach((other) => other.setAttribute("aria-sort", "none"));
		head.setAttribute("aria-sort", rising ? "ascending" : "descending");
		Array.from(body.rows)
			.sort((a, b) => compare(a, b, head.cellIndex, rising ? 1 : -1))
			.forEach((row) => body.append(row));
	}

	/* A row stays when every word is in its workload's title or in its model's name. */
	function filter(text) {
		const words = text.toLowerCase().split(/\s+/).filter(Boolean);
		const sections = all("section.workload");
		let shown = 0, rows = 0;
		for (const section of sections) {
			const title = section.querySelector("h2").textContent.toLowerCase();
			let kept = 0;
			for (const row of all("tbody tr", section)) {
				const name = title + " " + row.cells[0].textContent.toLowerCase();
				row.hidden = !words.every((word) => name.includes(word));
				kept += row.hidden ? 0 : 1;
			}
			section.hidden = kept === 0;
			shown += section.hidden ? 0 : 1;
			rows += section.hidden ? 0 : all("table", section)[0].querySelectorAll("tbody tr:not([hidden])").length;
			all("nav a").filter((link) => link.hash === "#" + section.id)
				.forEach((link) => { link.parentElement.hidden = section.hidden; });
		}
		document.getElementById("shown").textContent =
			words.length === 0 ? "" : shown + " of " + sections.length + " tables, " + rows + " rows";
	}

	all("thead th").forEach((head) => head.firstElementChild.addEventListener("click", () => sort(head)));
	const input = document.getElementById("filter");
	if (input) input.addEventListener("input", () => filter(input.value));
	window.addEventListener("beforeprint", () => all("details").forEach((part) => { part.open = false; }));
})();
