/// The style sheet of the page: light and dark, screen and paper.
enum PageStyle {
  static let text = base + DiagramSVG.style + paper

  private static let base = #"""
    :root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --faint: #59636e; --edge: #d1d9e0;
      --box: #f6f8fa; --line: #8c959f; --link: #0550ae; --added: #116329; --added-back: #dafbe1;
      --removed: #a40e26; --removed-back: #ffebe9; --changed: #7d4e00; --changed-back: #fff8c5; }
    @media (prefers-color-scheme: dark) {
      :root { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --edge: #3d444d; --box: #161b22;
        --line: #6e7681; --link: #79c0ff; --added: #56d364; --added-back: #12351d; --removed: #ff9790;
        --removed-back: #4a1518; --changed: #e3b341; --changed-back: #3a2d08; }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    html { scroll-padding-top: 1rem; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
    header, main, footer { max-width: 96rem; margin: 0 auto; padding: 0 1.5rem; }
    header { padding-top: 1.5rem; border-bottom: 1px solid var(--edge); padding-bottom: .75rem; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
    h1 .arrow { color: var(--faint); font-weight: 400; }
    h2 { font-size: 1.35rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--edge); padding-bottom: .25rem; }
    h3 { font-size: 1.08rem; margin: 1.4rem 0 .5rem; overflow-wrap: anywhere; }
    h4 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
    p { margin: .4rem 0; }
    a { color: var(--link); }
    :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
    .skip { position: absolute; left: -100rem; top: 0; background: var(--paper); padding: .5rem 1rem; z-index: 2; }
    .skip:focus { left: 0; }
    .brand { color: var(--faint); margin: 0; font-size: .9rem; letter-spacing: .02em; }
    .verdict { font-size: 1.1rem; padding: .4rem .8rem; border-left: .4rem solid; background: var(--box); }
    .verdict.good { border-color: var(--added); }
    .verdict.bad { border-color: var(--removed); }
    nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; padding: 0; margin: .6rem 0 0; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; margin: .5rem 0; }
    caption { text-align: left; color: var(--faint); font-size: .9rem; padding-bottom: .3rem; }
    th, td { border: 1px solid var(--edge); padding: .3rem .6rem; text-align: left; vertical-align: top;
      overflow-wrap: anywhere; }
    th { overflow-wrap: break-word; }
    thead th { background: var(--box); }
    tbody th { font-weight: 600; }
    .scroll td { overflow-wrap: break-word; }
    .numbers td { text-align: right; font-variant-numeric: tabular-nums; }
    code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .86rem; }
    td code { white-space: pre-wrap; }
    .print { font-size: .78rem; display: inline-block; min-width: 12rem; overflow-wrap: anywhere; }
    .note, .hint, .legend, .none { color: var(--faint); font-size: .92rem; }
    .none { font-style: italic; }
    .added { color: var(--added); } .removed { color: var(--removed); } .changed { color: var(--changed); }
    #filter { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: end; background: var(--box);
      border: 1px solid var(--edge); border-radius: 6px; padding: .6rem 1rem; }
    #filter p { margin: 0; }
    #filter fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
    #filter legend { float: left; padding: 0; margin-right: .6rem; font-weight: 600; }
    #filter label { font-size: .95rem; }
    input, select, button { font: inherit; color: inherit; background: var(--paper);
      border: 1px solid var(--line); border-radius: 5px; padding: .25rem .6rem; min-height: 2rem; }
    input[type=checkbox] { min-height: 0; width: 1.05rem; height: 1.05rem; vertical-align: -2px; accent-color: var(--link); }
    input[type=search] { min-width: 15rem; }
    button { cursor: pointer; }
    button:hover { background: var(--box); }
    article { border: 1px solid var(--edge); border-left: .35rem solid var(--line); border-radius: 5px;
      padding: .55rem .8rem; margin: .55rem 0; content-visibility: auto; contain-intrinsic-size: auto 8rem; }
    article h3 { margin: 0 0 .4rem; }
    article.create { border-left-color: var(--added); }
    article.drop { border-left-color: var(--removed); }
    article.alter, article.rename { border-left-color: var(--changed); }
    article.undecided { border-left-style: dashed; }
    article:target, .group:target { outline: 3px solid var(--link); outline-offset: 3px; }
    .sign { display: inline-block; width: 1.1em; font-weight: 700; }
    .create .sign { color: var(--added); } .drop .sign { color: var(--removed); }
    .alter .sign, .rename .sign { color: var(--changed); }
    .badge { font-size: .8rem; font-weight: 500; border: 1px solid var(--edge); border-radius: 1rem; padding: .05rem .6rem;
      white-space: nowrap; color: var(--faint); }
    table.sides { width: 100%; table-layout: fixed; }
    table.sides th:first-child { width: 11rem; }
    del { background: var(--removed-back); color: var(--removed); text-decoration: line-through; text-decoration-thickness: 1px; }
    ins { background: var(--added-back); color: var(--added); text-decoration: underline; text-underline-offset: 2px; }
    table.whole.new td { background: var(--added-back); }
    table.whole.gone td { background: var(--removed-back); }
    .hazards { margin: .4rem 0 0; padding-left: 1.1rem; }
    .steps tbody th { overflow-wrap: anywhere; min-width: 11rem; }
    .steps .hazards { margin: 0; }
    .hazards li { color: var(--changed); }
    .hazards li.danger, .warning { color: var(--removed); }
    .warning { background: var(--removed-back); padding: .4rem .8rem; border-radius: 5px; }
    pre { background: var(--box); border: 1px solid var(--edge); border-radius: 6px; padding: .8rem; overflow: auto;
      max-height: 40rem; tab-size: 2; }
    #tools { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; margin: .5rem 0; }
    #frame { border: 1px solid var(--edge); border-radius: 6px; overflow: hidden; background: var(--paper); }
    #erd { display: block; width: 100%; height: auto; max-height: 85vh; touch-action: none; cursor: grab; }
    #erd.drag { cursor: grabbing; }
    #erd.dense .line { stroke-opacity: .35; }
    #erd .line.near { stroke: var(--link); stroke-width: 2.2; stroke-opacity: 1; }
    #erd .table.near rect { stroke: var(--link); stroke-width: 2.5; }
    #erd .table.hit rect { stroke: var(--link); stroke-width: 3; fill: var(--changed-back); }
    .drifted { columns: 16rem; column-gap: 2rem; padding-left: 1.2rem; overflow-wrap: anywhere; }
    footer { color: var(--faint); font-size: .9rem; margin-top: 3rem; border-top: 1px solid var(--edge);
      padding-top: .6rem; padding-bottom: 2rem; }
    @media (max-width: 40rem) {
      header, main, footer { padding-left: .8rem; padding-right: .8rem; }
      table.sides th:first-child { width: 6rem; }
      input[type=search] { min-width: 0; width: 100%; }
    }

    """#

  private static let paper = #"""

    @media print {
      :root { color-scheme: light; --paper: #fff; --ink: #000; --faint: #444; --edge: #bbb; --box: #f4f4f4;
        --line: #777; --link: #000; --added: #0a5323; --added-back: #e3f6e7; --removed: #8f0b1f;
        --removed-back: #fde7e6; --changed: #6a4200; --changed-back: #fdf6d2; }
      @page { margin: 14mm; }
      body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      header, main, footer { max-width: none; padding: 0; }
      nav, #filter, #tools, .copy, .copied, .hint, .skip { display: none !important; }
      article { content-visibility: visible; break-inside: avoid-page; }
      h2, h3, h4 { break-after: avoid; }
      tr { break-inside: avoid; }
      thead { display: table-header-group; }
      pre { max-height: none; white-space: pre-wrap; overflow: visible; border: 0; border-left: 2pt solid #bbb; }
      .scroll, #frame { overflow: visible; }
      #diagram { break-before: page; }
      #erd { max-height: 230mm; }
      a { text-decoration: none; }
    }

    """#
}
