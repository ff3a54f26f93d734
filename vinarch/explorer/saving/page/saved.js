// Draws the views of a saved page, and marks in all of them what is chosen in one.
"use strict";

// The table of rows takes the focus whenever a row is chosen: here it gets it from the reader only.
const inTable = (event) => event.composedPath().some((part) => part.id === "root-rows");
let entering = false;
let left = null;
addEventListener("pointerdown", (event) => { entering = inTable(event); }, true);
addEventListener("keydown", (event) => { entering = event.key === "Tab"; }, true);
addEventListener("focusout", (event) => { left = event.composedPath()[0]; }, true);
addEventListener("focusin", (event) => {
  if (!inTable(event) || entering) return;
  if (left?.isConnected) left.focus(); else document.activeElement.blur();
}, true);

(async () => {
  const { document: drawn, roots, links } =
    JSON.parse(document.getElementById("data").textContent);
  await Bokeh.embed.embed_items(
    { page: drawn }, [{ docid: "page", roots, root_ids: Object.keys(roots) }],
  );
  const page = Bokeh.documents[0];
  const model = (id) => page.get_model_by_id(id);
  const column = (id, name) => {
    const { data } = model(id);
    return Array.from(data.get ? data.get(name) : data[name]);
  };
  const status = document.getElementById("marked");
  const tapped = (id, hear) => model(id).on_event("tap", hear);
  const several = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

  // Structures and experiments: one choice, marked wherever it is shown.
  const nothing = { genomes: [], experiment: null };
  let choice = nothing;
  const numbers = new Map(links.structures.map((one) => [one.genome, one]));
  const holders = (genome) => links.holders[genome] ?? [];
  const marksGenome = (genome) =>
    choice.experiment === null
      ? choice.genomes.includes(genome)
      : holders(genome).includes(choice.experiment);
  const marksExperiment = (name) =>
    choice.experiment === null
      ? choice.genomes.some((genome) => holders(genome).includes(name))
      : choice.experiment === name;
  const marksCurve = ({ genome, experiment }) =>
    choice.experiment === null ? choice.genomes.includes(genome) : choice.experiment === experiment;
  const places = (keys, marks) =>
    keys.map((key, place) => [key, place]).filter(([key]) => marks(key)).map(([, place]) => place);

  const named = (genome) => {
    const one = numbers.get(genome);
    if (one === undefined) return `genome ${genome}`;
    return one.mean === null ? `${one.number}` : `${one.number} (mean ${one.mean.toFixed(2)} %)`;
  };
  const words = () => {
    if (choice.experiment !== null) {
      const held = [...numbers.keys()].filter(marksGenome).length;
      const shown = links.cells || links.map;
      return `Marked: experiment ${choice.experiment}` +
        (shown ? `, which has ${several(held, "structure")} of those shown` : "");
    }
    const [first, second] = choice.genomes;
    if (second !== undefined) return `Marked: structures ${named(first)} and ${named(second)}`;
    const where = holders(first);
    return `Marked: structure ${named(first)}, ${first}` +
      (where.length > 0 ? `, of ${where.join(", ")}` : "");
  };

  const draw = {
    cells: ({ mark, arrow, genomes }) => {
      const rows = places(genomes, marksGenome).map((row) => row + 0.5);
      const network = genomes.indexOf(shownNetwork) + 0.5;
      model(mark).data = { y: rows };
      model(arrow).data = { y: shownNetwork === null ? rows : [network] };
    },
    map: ({ mark, genomes }) => {
      const rows = places(genomes, marksGenome);
      const count = genomes.length;
      model(mark).data = {
        left: [...rows.map(() => 0), ...rows],
        right: [...rows.map(() => count), ...rows.map((row) => row + 1)],
        top: [...rows, ...rows.map(() => 0)],
        bottom: [...rows.map((row) => row + 1), ...rows.map(() => count)],
      };
    },
    curves: ({ mark, curves, networks }) => {
      const marked = places(networks, marksCurve);
      const [xs, ys] = [column(curves, "xs"), column(curves, "ys")];
      model(mark).data = { xs: marked.map((at) => xs[at]), ys: marked.map((at) => ys[at]) };
    },
    engine: ({ table, experiments }) => {
      const rows = Bokeh.index.find_one(model(table)).shadow_el.querySelectorAll("tbody tr");
      rows.forEach((row, at) => row.classList.toggle("marked", marksExperiment(experiments[at])));
    },
    beside: ({ mark, experiments }) => {
      model(mark).data = { experiment: experiments.filter(marksExperiment) };
    },
  };

  let shownNetwork = links.network?.shown ?? null;
  const showNetwork = (genome) => {
    const { choice: list, drawn: looks } = links.network ?? {};
    if (list === undefined || looks[genome] === undefined || genome === shownNetwork) return;
    shownNetwork = genome;
    for (const [id, values] of looks[genome]) model(id).setv(values);
    model(list).value = genome;
  };
  const choose = (wish) => {
    const again = choice.experiment === wish.experiment &&
      choice.genomes.join() === wish.genomes.join();
    choice = again ? nothing : wish;
    const empty = choice === nothing;
    showNetwork(empty ? links.network?.shown : choice.genomes[0]);
    for (const [name, mark] of Object.entries(draw)) if (links[name]) mark(links[name]);
    tell(empty ? "" : words());
  };
  const chooseGenomes = (...genomes) =>
    choose({ genomes: [...new Set(genomes)], experiment: null });
  const chooseExperiment = (name) => choose({ genomes: [], experiment: name });
  const clear = () => { if (choice !== nothing) choose(nothing); };
  const place = (value, count) => (value >= 0 && value < count ? Math.floor(value) : null);

  if (links.cells) {
    const { figure, genomes } = links.cells;
    tapped(figure, ({ y }) => {
      const row = place(y, genomes.length);
      if (row === null) clear(); else chooseGenomes(genomes[row]);
    });
  }
  if (links.map) {
    const { figure, genomes } = links.map;
    tapped(figure, ({ x, y }) => {
      const [row, across] = [place(y, genomes.length), place(x, genomes.length)];
      if (row === null || across === null) clear();
      else chooseGenomes(genomes[row], genomes[across]);
    });
  }
  if (links.network) {
    model(links.network.choice).properties.value.change.connect(() => {
      const { value } = model(links.network.choice);
      if (value !== shownNetwork) chooseGenomes(value);
    });
  }
  if (links.beside) {
    const { figure, experiments } = links.beside;
    tapped(figure, ({ y }) => {
      const row = place(y, experiments.length);
      if (row === null) clear(); else chooseExperiment(experiments[row]);
    });
  }
  if (links.engine) {
    const { table, experiments } = links.engine;
    Bokeh.index.find_one(model(table)).el.addEventListener("click", (event) => {
      const row = event.composedPath().find((one) => one.tagName === "TR");
      const rows = [...(row?.parentNode?.children ?? [])];
      if (row?.closest("tbody")) chooseExperiment(experiments[rows.indexOf(row)]);
    });
  }

  // Where on the screen: a tap may miss by some pixels.
  const nearest = (id, { sx, sy }, points, reach) => {
    const { frame } = Bokeh.index.find_one(model(id));
    let [best, at] = [reach, null];
    points.forEach(([x, y], index) => {
      const away = Math.hypot(frame.x_scale.compute(x) - sx, frame.y_scale.compute(y) - sy);
      if (away < best) [best, at] = [away, index];
    });
    return at;
  };
  const REACH = 14;
  if (links.curves) {
    const { figure, curves, networks } = links.curves;
    const [xs, ys] = [column(curves, "xs"), column(curves, "ys")];
    const records = networks.flatMap((network, at) =>
      Array.from(xs[at], (x, step) => ({ network, point: [x, ys[at][step]] })));
    tapped(figure, (event) => {
      const at = nearest(figure, event, records.map(({ point }) => point), REACH);
      if (at === null) clear(); else chooseGenomes(records[at].network.genome);
    });
  }

  // Points of the scatter and rows of the table: the same things, so one selection of rows.
  const { points } = links;
  let clearPoints = () => {};
  if (points) {
    const rows = model(points.rows);
    const names = ["experiment", "start", "subsequence"];
    const keysOf = (id) => {
      const [first, second, third] = names.map((name) => column(id, name));
      return first.map((one, at) => JSON.stringify([one, second[at], third[at]]));
    };
    const listed = new Map(keysOf(points.rows).map((key, at) => [key, at]));
    const marks = keysOf(points.drawn);
    const markOf = new Map(marks.map((key, at) => [key, at]));
    const drawnAt = ["length", "accuracy", "size"].map((name) => column(points.drawn, name));
    const listedAt = ["length", "mean_val_accuracy_percent"].map((name) => column(points.rows, name));
    const keys = [...listed.keys()];
    const saved = [...rows.selected.indices];
    const SMALL = 12;

    const ring = (found) => {
      const known = found.filter(([, accuracy]) => Number.isFinite(accuracy));
      model(points.mark).data = {
        length: known.map(([length]) => length),
        accuracy: known.map(([, accuracy]) => accuracy),
        size: known.map(([, , size]) => size + 9),
        around: known.map(([, , size]) => size + 15),
      };
    };
    const placeOf = (row) => {
      const mark = markOf.get(keys[row]);
      return [listedAt[0][row], listedAt[1][row], mark === undefined ? SMALL : drawnAt[2][mark]];
    };
    const isSaved = (indices) => indices.join() === saved.join();
    rows.selected.properties.indices.change.connect(() => {
      const { indices } = rows.selected;
      ring(isSaved(indices) ? [] : indices.map(placeOf));
      if (isSaved(indices) || indices.length === 0) { tell(""); return; }
      const [experiment, start, symbols] = JSON.parse(keys[indices[0]]);
      tell(indices.length > 1
        ? `Marked: ${several(indices.length, "row")}`
        : `Marked: ${symbols} at start ${start}, ${experiment}. ` +
          "The other views stay with the subsequence that was saved");
    });
    const select = (indices) => { rows.selected.indices = indices; };
    clearPoints = () => { ring([]); select(saved); };
    tapped(points.figure, (event) => {
      const at = nearest(
        points.figure, event, drawnAt[0].map((x, index) => [x, drawnAt[1][index]]), REACH,
      );
      if (at === null) { clearPoints(); return; }
      const row = listed.get(marks[at]);
      if (row !== undefined) { select([row]); return; }
      select([]);
      ring([[drawnAt[0][at], drawnAt[1][at], drawnAt[2][at]]]);
      const [experiment, start, symbols] = JSON.parse(marks[at]);
      tell(`Marked: ${symbols} at start ${start}, ${experiment}; it is not among the rows listed`);
    });
    model(points.figure).on_event("selectiongeometry", ({ geometry, final }) => {
      if (!final || geometry.type !== "rect") return;
      const { x0, x1, y0, y1 } = geometry;
      const inside = keys.map((_, at) => at).filter((at) =>
        listedAt[0][at] >= x0 && listedAt[0][at] <= x1 &&
        listedAt[1][at] >= y0 && listedAt[1][at] <= y1);
      select(inside);
    });
    const step = (by) => {
      const [at] = rows.selected.indices;
      if (keys.length > 0) select([at === undefined ? 0 : (at + by + keys.length) % keys.length]);
    };
    for (const [label, by] of keys.length > 0 ? [["Previous row", -1], ["Next row", 1]] : []) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", () => step(by));
      document.getElementById("row-steps").append(button);
    }
  }

  const there = [
    [links.cells || links.map, "a structure"],
    [links.curves?.networks.length, "a curve"],
    [points && column(points.drawn, "length").length, "a point"],
    [links.engine || links.beside, "an experiment"],
  ].filter(([shown]) => shown).map(([, what]) => what);
  const listed = [there.slice(0, -1).join(", "), ...there.slice(-1)].filter(Boolean).join(" or ");
  const usual = listed && `Tap ${listed} to mark it in all views; Escape clears the marks`;
  function tell(text) { status.textContent = text || usual; }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { clear(); clearPoints(); }
  });
  tell("");

  document.documentElement.dataset.drawn = "yes";
})();
