"use strict";
const node = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  for (const child of children.flat()) if (child != null) made.append(child);
  return made;
};
// Inline code of CommonMark is all that descriptions use.
const prose = text => (text || "").split("`").map((part, i) => i % 2 ? node("code", {}, part) : part);
const json = value => node("pre", {}, JSON.stringify(value, null, 2));
const table = (heads, rows) => node("table", {},
  node("thead", {}, node("tr", {}, heads.map(h => node("th", { scope: "col" }, h)))),
  node("tbody", {}, rows.map(row => node("tr", {}, row.map(cell => node("td", {}, cell))))));
const schemaName = schema => schema && schema.$ref ? schema.$ref.split("/").pop() : null;
const shown = schema => {
  const name = schemaName(schema);
  return name ? node("a", { href: "#schema-" + name }, name) : node("code", {}, JSON.stringify(schema));
};
const id = (method, path) => method + path.replace(/[^a-zA-Z0-9]+/g, "-");

function operation(method, path, o) {
  const parts = [
    node("h3", {}, node("span", { class: "method" }, method.toUpperCase() + " "), path),
    node("p", {}, o.summary, " ", node("span", { class: "tag" }, o["x-permission"] || "")),
  ];
  if (o.description) parts.push(node("p", {}, prose(o.description)));
  if ((o.parameters || []).length)
    parts.push(table(["parameter", "in", "value", ""], o.parameters.map(p => [node("code", {}, p.name), p.in, node("code", {}, JSON.stringify(p.schema)), prose(p.description)])));
  const body = o.requestBody && o.requestBody.content["application/json"];
  if (body) parts.push(node("p", {}, "Body: ", shown(body.schema)), body.example ? json(body.example) : null);
  parts.push(table(["status", "type", "content", ""], Object.entries(o.responses).flatMap(([status, r]) => {
    const content = Object.entries(r.content || { "": {} });
    return content.map(([type, c]) => [status, type, c.schema ? shown(c.schema) : "", r.description]);
  })));
  for (const [status, r] of Object.entries(o.responses))
    for (const [type, c] of Object.entries(r.content || {}))
      if (status < "300" && c.example) parts.push(json(c.example));
  return node("section", { id: id(method, path) }, parts);
}

async function render() {
  const d = await (await fetch("/openapi/v1.json")).json();
  const nav = document.getElementById("nav"), main = document.getElementById("main");
  main.replaceChildren(node("h1", {}, d.info.title + " API"), node("p", {}, prose(d.info.description)));
  const byTag = new Map(d.tags.map(t => [t.name, []]));
  const problems = new Map();
  for (const [path, item] of Object.entries(d.paths))
    for (const [method, o] of Object.entries(item)) {
      byTag.get(o.tags[0]).push([method, path, o]);
      for (const [status, r] of Object.entries(o.responses))
        for (const code of r["x-codes"] || []) problems.set(code, status);
    }
  for (const [tag, operations] of byTag) {
    nav.append(node("h2", {}, tag));
    main.append(node("h2", {}, tag));
    for (const [method, path, o] of operations) {
      nav.append(node("a", { href: "#" + id(method, path) }, method.toUpperCase() + " " + path));
      main.append(operation(method, path, o));
    }
  }
  main.append(node("h2", {}, "Roles"),
    table(["role", "permissions"], Object.entries(d.info["x-permissions"]).map(([role, list]) => [node("code", {}, role), list.join(", ")])));
  main.append(node("h2", {}, "Problem codes"),
    table(["code", "status"], [...problems].sort().map(([code, status]) => [node("code", { id: "problem-" + code }, code), status])));
  main.append(node("h2", {}, "Schemas"));
  for (const [name, schema] of Object.entries(d.components.schemas))
    main.append(node("section", { id: "schema-" + name }, node("h3", {}, name), json(schema)));
  nav.append(node("h2", {}, "Reference"));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}
render().catch(fault => { document.getElementById("main").textContent = "The document cannot be shown: " + fault; });
