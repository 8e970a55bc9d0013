import type { Names } from '../html.ts';

const CSS = `
* { box-sizing: border-box; margin: 0 }
:root { --ink: #1d2129; --soft: #65686f; --line: #dcdfe4; --wash: #f2f4f6; --accent: #0d7a5f; --bad: #b3261e }
body { font: 15px/1.4 system-ui, "Liberation Sans", sans-serif; color: var(--ink); background: var(--wash) }
a { color: inherit; text-decoration: none }
button, input, textarea, select { font: inherit; color: inherit }
[hidden] { display: none !important }
.bar { display: flex; align-items: center; gap: 20px; height: 56px; padding: 0 24px; background: #fff; border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 5 }
.brand { font-weight: 700; font-size: 19px; color: var(--accent); display: flex; align-items: center; gap: 8px }
.bar nav { display: flex; gap: 4px; flex: 1 }
.bar nav a { padding: 8px 14px; border-radius: 8px; font-weight: 600; color: var(--soft) }
.bar nav a[aria-current] { color: var(--accent); background: #e3f2ee }
.who { color: var(--soft); font-size: 13px }
.page { max-width: 1080px; margin: 0 auto; padding: 28px 24px 60px }
.page h1 { font-size: 24px; margin-bottom: 16px }
.lead { color: var(--soft); margin-bottom: 20px }
.button { display: inline-block; border: 0; border-radius: 8px; padding: 9px 16px; font-weight: 600; background: #e4e6eb; cursor: pointer; text-align: center }
.main { background: var(--accent); color: #fff }
.wide { width: 100%; padding: 11px }
.button[aria-disabled=true] { background: #e4e6eb; color: #a4a8af; cursor: default }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 18px }
.card img, .card .none { width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 10px; background: #e4e6eb; display: block }
.card strong { display: block; margin-top: 6px; font-size: 17px }
.card small { color: var(--soft) }
.box { background: #fff; border: 1px solid var(--line); border-radius: 12px; padding: 28px; max-width: 420px; margin: 48px auto; display: grid; gap: 14px }
.box h1 { font-size: 21px; margin: 0 }
.split { display: grid; grid-template-columns: 380px 1fr; min-height: calc(100vh - 56px) }
.side { background: #fff; border-right: 1px solid var(--line); padding: 22px; display: grid; gap: 14px; align-content: start }
.side h1 { font-size: 22px }
.show { padding: 28px }
.show > div { background: #fff; border: 1px solid var(--line); border-radius: 12px; max-width: 860px; margin: auto; display: grid; grid-template-columns: 1.5fr 1fr; min-height: 460px; overflow: hidden }
.show .pane { background: var(--wash); display: grid; place-content: center; text-align: center; padding: 24px; color: var(--soft) }
.show .pane img { max-width: 100%; max-height: 420px; border-radius: 8px; display: block }
.show aside { padding: 24px }
.show h2 { font-size: 22px; overflow-wrap: anywhere }
.show h2 + p { font-size: 18px; margin: 4px 0 14px }
.more { white-space: pre-wrap; overflow-wrap: anywhere; color: var(--soft) }
.field { position: relative; display: block }
.field > span { position: absolute; left: 13px; top: 7px; font-size: 12px; color: var(--soft); pointer-events: none }
.field input, .field textarea, .field select, .pick { display: block; width: 100%; min-height: 54px; padding: 24px 12px 8px; border: 1px solid var(--line); border-radius: 8px; background: #fff; text-align: left }
.field textarea { min-height: 110px; resize: vertical }
.pick { cursor: pointer }
.pick::after { content: ""; position: absolute; right: 16px; top: 22px; border: 5px solid transparent; border-top-color: var(--soft) }
.field [aria-invalid=true] { border-color: var(--bad) }
.field small, .note { color: var(--soft); font-size: 12px }
.flag { display: flex; gap: 10px; align-items: center; padding: 8px 2px }
.flag input { width: 18px; height: 18px; accent-color: var(--accent) }
.error { color: var(--bad); font-size: 13px; margin-top: 4px }
.drop { display: grid; place-content: center; text-align: center; gap: 4px; min-height: 120px; border: 1px dashed #b9bdc5; border-radius: 8px; cursor: pointer; position: relative }
.drop input { position: absolute; inset: 0; opacity: 0; cursor: pointer }
.photos:not(:empty) { margin-bottom: 10px }
.photos { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 8px }
.photos figure { position: relative; aspect-ratio: 1 }
.photos img { width: 100%; height: 100%; object-fit: cover; border-radius: 8px }
.busy { position: absolute; inset: 0; border-radius: 8px; background: #fffb; display: grid; place-content: center; font-size: 11px }
.list { position: absolute; z-index: 9; background: #fff; border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 8px 24px #0003; padding: 6px; max-height: 300px; overflow: auto }
.list [role=option] { padding: 9px 12px; border-radius: 6px; cursor: pointer }
.list [role=option]:hover, .list [aria-selected=true] { background: var(--wash) }
.rows { list-style: none; padding: 0; display: grid; gap: 12px }
.rows li { background: #fff; border: 1px solid var(--line); border-radius: 12px; padding: 14px; display: grid; grid-template-columns: 116px 1fr auto; gap: 16px; align-items: center }
.rows img, .rows .none { width: 116px; height: 116px; object-fit: cover; border-radius: 8px; background: #e4e6eb }
.rows h3 { font-size: 17px; overflow-wrap: anywhere }
.rows p { color: var(--soft); font-size: 13px }
.state { display: inline-block; margin-top: 6px; padding: 2px 8px; border-radius: 6px; background: #e3f2ee; color: var(--accent); font-size: 13px }
.wait { background: #fdf3dc; color: #7a5a00 }
.acts { display: grid; gap: 8px; min-width: 130px; justify-items: stretch }
.top { display: flex; justify-content: space-between; align-items: center; margin-bottom: 16px }
.top h1 { margin: 0 }
.end { margin: 18px auto 0; display: block }
.hello { background: #e3f2ee; color: var(--accent); padding: 12px 16px; border-radius: 8px; margin-bottom: 16px }
.facts { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 6px 16px; margin: 8px 0 16px }
.facts dt { color: var(--soft) }
.facts dd { margin: 0; overflow-wrap: anywhere }
.item { display: grid; grid-template-columns: 1fr 340px; gap: 24px; align-items: start }
.item > div { background: #fff; border: 1px solid var(--line); border-radius: 12px; padding: 24px }
.item h1 { margin: 0 }
.item h2 { font-size: 17px; margin-top: 20px }
.cost { font-size: 19px; margin: 4px 0 }
.look { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 10px }
.look img { width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 8px; display: block }
.look img:first-child { grid-column: 1 / -1; aspect-ratio: 4 / 3; object-fit: contain; background: var(--wash) }
@media (max-width: 860px) { .split { grid-template-columns: 1fr } .show { display: none } .item { grid-template-columns: 1fr } }
`;

/** The style sheet, with the class names of one load. */
export const stylesOf = (names: Names): string =>
  CSS.replace(/\.([a-z]+)(?=[\s.,:>{[+])/g, (_whole, name: string) => `.${names(name)}`);
