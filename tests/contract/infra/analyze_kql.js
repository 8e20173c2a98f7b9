// Analyses KQL with Microsoft's own parser. In: {tables: {name: "(column: type, …)"}, queries: {name:
// text}} on standard input; out: {name: [what is wrong]}.
'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');

const folder = path.dirname(require.resolve('@kusto/language-service-next/package.json'));
for (const name of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) {
  vm.runInThisContext(fs.readFileSync(path.join(folder, name), 'utf8'), { filename: name });
}

const { Language } = globalThis.Kusto;
const { tables, queries } = JSON.parse(fs.readFileSync(0, 'utf8'));
const known = Object.entries(tables).map(([name, columns]) =>
  Language.Symbols.TableSymbol.From(columns).WithName(name),
);
const database = new Language.Symbols.DatabaseSymbol.$ctor2('db', 'db', known);
const globals = Language.GlobalState.Default.WithDatabase(database);

function wrong(text) {
  const found = Language.KustoCode.ParseAndAnalyze(text, globals).GetDiagnostics();
  const count = found.Count === undefined ? found.getCount() : found.Count;
  return Array.from({ length: count }, (_, index) => {
    const each = found.getItem(index);
    return `${each.Severity}: ${each.Message} (at ${each.Start})`;
  });
}

const told = Object.entries(queries).map(([name, text]) => [name, wrong(text)]);
process.stdout.write(JSON.stringify(Object.fromEntries(told)));
