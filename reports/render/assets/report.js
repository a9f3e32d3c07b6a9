// SPDX-License-Identifier: Apache-2.0
'use strict';
(() => {
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

  /** Colours and type of the page, for Vega. */
  const config = () => {
    const font = getComputedStyle(document.body).fontFamily;
    return {
      background: 'transparent', font,
      view: {stroke: null},
      axis: {
        labelColor: colour('soft'), titleColor: colour('soft'), gridColor: colour('grid'), domainColor: colour('faint'),
        tickColor: colour('faint'), labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, titlePadding: 8,
      },
      legend: {labelColor: colour('ink'), titleColor: colour('soft'), labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500, symbolStrokeColor: colour('ink')},
      text: {fontSize: 12, color: colour('ink')},
    };
  };

  const plots = JSON.parse(document.getElementById('plots').textContent);
  let generation = 0;
  let allowed = null;  // ids of the records that the filters leave; null: all

  /** The specification with the rows of records that are filtered out taken away. */
  const shown = (spec) => {
    if (allowed === null) return spec;
    const keep = (part) => (part && part.data && part.data.values
      ? {...part, data: {values: part.data.values.filter((row) => row.record === undefined || allowed.has(row.record))}} : part);
    const own = keep(spec);
    return own.layer ? {...own, layer: own.layer.map(keep)} : own;
  };

  /** Whether the filters leave no row of a plot whose rows belong to records. */
  const emptied = (spec) => {
    const data = spec.data || (spec.layer && spec.layer[0].data) || {};
    const rows = data.values || [];
    return allowed !== null && rows.length > 0 && rows.every((row) => row.record !== undefined && !allowed.has(row.record));
  };

  /** Draws all plots one after another, so that the page stays responsive; a newer call ends an older one. */
  const draw = async () => {
    const mine = ++generation;
    root.dataset.plots = 'drawing';
    let failed = 0;
    for (const {id, spec} of plots) {
      const place = document.getElementById(id);
      place.closest('figure').hidden = emptied(spec);
      if (emptied(spec)) continue;
      const themed = {...shown(spec), params: [{name: 'ink', value: colour('ink')}]};
      try {
        await vegaEmbed(place, themed, {actions: false, renderer: 'svg', config: config(), tooltip: {theme: root.dataset.theme === 'dark' ? 'dark' : 'light'}});
      } catch (error) {
        failed += 1;
        console.error(`plot ${id}: ${error.message}`);
        place.innerHTML = '<p class="failed">This plot could not be drawn; the tables hold its figures.</p>';
      }
      if (mine !== generation) return;
    }
    root.dataset.plots = failed === 0 ? 'drawn' : 'failed';
  };

  const form = document.getElementById('filters');
  if (form) {
    const facets = JSON.parse(document.getElementById('facets').textContent);
    const ids = Object.keys(facets);

    /** Hides rows, then what has no row left; the address keeps the choice. */
    const filter = () => {
      const wanted = [...form.querySelectorAll('select')].filter((s) => s.value !== '').map((s) => [s.name, s.value]);
      const left = ids.filter((id) => wanted.every(([name, value]) => facets[id][name] === value));
      allowed = wanted.length === 0 ? null : new Set(left);
      const out = (id) => allowed !== null && !allowed.has(id);
      document.querySelectorAll('tr[data-record]').forEach((row) => { row.hidden = out(row.dataset.record); });
      document.querySelectorAll('article.experiment').forEach((article) => {
        article.hidden = article.querySelector('tr[data-record]:not([hidden])') === null;
      });
      document.querySelectorAll('article section').forEach((section) => {
        const rows = section.querySelectorAll('tr[data-record]');
        if (section.querySelector('.plot')) return;  // a plot needs its width
        section.hidden = rows.length > 0 && [...rows].every((row) => row.hidden);
      });
      form.querySelector('output').textContent = `${left.length} of ${ids.length} records`;
    };
    const address = new URLSearchParams(location.search);
    form.querySelectorAll('select').forEach((s) => { if (address.has(s.name)) s.value = address.get(s.name); });
    form.addEventListener('change', () => { filter(); draw(); });
    filter();
  }

  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const wanted = () => new URLSearchParams(location.search).get('theme') || (dark.matches ? 'dark' : 'light');
  root.dataset.theme = wanted();
  dark.addEventListener('change', () => { root.dataset.theme = wanted(); draw(); });
  document.getElementById('theme').addEventListener('click', () => {
    root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    draw();
  });

  const dialog = document.getElementById('inspector');
  const pre = dialog.querySelector('pre');

  /** Appends `value` as indented JSON and marks the part under `path`. */
  const print = (parent, value, path, depth) => {
    let into = parent;
    if (path !== null && path.length === 0) {
      into = parent.appendChild(document.createElement('mark'));
      path = null;
    }
    const text = (s) => into.append(s);
    if (value === null || typeof value !== 'object') { text(JSON.stringify(value)); return; }
    const list = Array.isArray(value);
    const keys = Object.keys(value);
    const pad = '  '.repeat(depth + 1);
    text(list ? '[' : '{');
    keys.forEach((key, i) => {
      text(`${i ? ',' : ''}\n${pad}${list ? '' : `${JSON.stringify(key)}: `}`);
      print(into, value[key], path !== null && path[0] === key ? path.slice(1) : null, depth + 1);
    });
    text(`${keys.length ? `\n${'  '.repeat(depth)}` : ''}${list ? ']' : '}'}`);
  };

  const inspect = (id, pointer) => {
    const details = document.getElementById(id);
    const record = JSON.parse(details.querySelector('pre').textContent);
    const path = pointer.split('/').slice(1).map((p) => p.replace(/~1/g, '/').replace(/~0/g, '~'));
    document.getElementById('inspector-title').textContent = `${record.ruler}: ${path.join(' / ')}`;
    pre.textContent = '';
    print(pre, record, path, 0);
    dialog.showModal();
    const mark = pre.querySelector('mark');
    if (mark) pre.scrollTop = Math.max(0, mark.offsetTop - pre.offsetTop - 80);
  };

  document.addEventListener('click', (event) => {
    const link = event.target.closest('a.figure');
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      inspect(link.hash.slice(1), link.dataset.pointer);
    }
  });
  document.addEventListener('keydown', (event) => {  // a figure opens the panel as a button does
    if (event.key !== ' ' || !event.target.matches('a.figure')) return;
    event.preventDefault();
    event.target.click();
  });
  document.getElementById('close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });

  draw();
})();
