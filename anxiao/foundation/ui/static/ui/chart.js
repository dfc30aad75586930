// Draws the charts of a page from the JSON beside them; the table behind each is plain HTML.
const echarts = window.echarts;
const drawn = [];

const value = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const narrow = () => matchMedia("(max-width: 767px)").matches;

function palette() {
  return {
    ink: value("--ax-ink"),
    quiet: value("--ax-quiet"),
    line: value("--ax-line"),
    card: value("--ax-card"),
    tones: { late: value("--ax-late"), soon: value("--ax-soon-fill"), done: value("--ax-done"), plain: value("--ax-line-strong") },
    others: [value("--ax-blue"), value("--ax-line-strong"), value("--ax-quiet"), value("--ax-plain")],
  };
}

const isDark = () => document.documentElement.dataset.bsTheme === "dark";
const insideLabel = (tone, colours) => (tone === "soon" && !isDark() ? colours.ink : colours.card);

function seriesOf(data, colours) {
  let free = 0;
  const sparse = data.labels.length <= 12 && data.series.length <= 3;
  return data.series.map((one, place) => {
    const colour = colours.tones[one.tone] ?? colours.others[free++ % colours.others.length];
    const last = data.series.length - 1 === place;
    const common = { name: one.name, data: one.values, color: colour, animation: false, emphasis: { focus: "none" } };
    if (data.kind === "line") {
      // Direct label at the end of the line; dashes tell lines apart in grey print.
      return {
        ...common, type: "line", symbol: ["circle", "rect", "triangle", "diamond"][place % 4], symbolSize: 7,
        lineStyle: { width: 2.5, type: ["solid", "dashed", "dotted"][place % 3] },
        endLabel: { show: true, formatter: ({ seriesName, value: shown }) => `${seriesName} ${shown}`, color: colour, fontSize: 14, distance: 8 },
        labelLayout: { moveOverlap: "shiftY" },
      };
    }
    const stacked = data.kind === "stacked";
    return {
      ...common, type: "bar", stack: stacked ? "all" : undefined, barMaxWidth: 30,
      itemStyle: { borderColor: colours.card, borderWidth: stacked ? 1 : 0, borderRadius: stacked && !last ? 0 : 2 },
      label: {
        show: sparse, fontSize: 13, color: stacked ? insideLabel(one.tone, colours) : colours.ink,
        position: stacked ? "inside" : data.horizontal ? "right" : "top",
        formatter: ({ value: shown }) => (shown ? String(shown) : ""),
      },
    };
  });
}

function axes(data, colours) {
  const text = { color: colours.quiet, fontSize: 13 };
  const labels = {
    type: "category", data: data.labels, inverse: data.horizontal, boundaryGap: data.kind !== "line",
    axisLabel: { ...text, hideOverlap: true, width: data.horizontal ? (narrow() ? 96 : 160) : undefined, overflow: data.horizontal ? "truncate" : "none" },
    axisLine: { lineStyle: { color: colours.line } }, axisTick: { show: false },
  };
  const numbers = {
    type: "value", minInterval: 1, name: data.horizontal ? "" : data.unit, nameTextStyle: { ...text, align: "right" },
    axisLabel: text, splitNumber: 4, splitLine: { lineStyle: { color: colours.line } },
  };
  return data.horizontal ? { xAxis: numbers, yAxis: labels } : { xAxis: labels, yAxis: numbers };
}

function optionOf(data) {
  const colours = palette();
  const several = data.series.length > 1 && data.kind !== "line";
  const unit = data.unit ? ` ${data.unit}` : "";
  return {
    textStyle: { fontFamily: value("--ax-sans") || "sans-serif", color: colours.ink },
    aria: { enabled: false },
    // richText: the HTML tooltip needs inline styles, which our content policy forbids.
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: (shown) => (shown == null ? "—" : `${shown}${unit}`), axisPointer: { type: data.kind === "line" ? "line" : "shadow" }, backgroundColor: colours.card, borderColor: colours.line, textStyle: { color: colours.ink, fontSize: 14 } },
    legend: several ? { top: 0, left: 0, itemWidth: 14, itemHeight: 14, textStyle: { color: colours.ink, fontSize: 14 } } : { show: false },
    grid: { top: several ? 44 : 30, left: 8, right: data.kind === "line" ? 76 : data.horizontal ? 40 : 12, bottom: 4, containLabel: true },
    ...axes(data, colours),
    series: seriesOf(data, colours),
  };
}

function start(box) {
  const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  if (data.horizontal && data.labels.length > 9) box.setAttribute("data-tall", "");
  const chart = echarts.init(box, null, { renderer: "canvas" });
  const draw = () => chart.setOption(optionOf(data), true);
  draw();
  drawn.push(draw);
  new ResizeObserver(() => chart.resize()).observe(box);
}

for (const box of document.querySelectorAll("[data-chart]")) start(box);
document.addEventListener("ax:theme", () => drawn.forEach((draw) => draw()));
addEventListener("beforeprint", () => drawn.forEach((draw) => draw()));
