// Applies each setting to the assistant on this page and writes the line that gives the same elsewhere.
const form = document.getElementById("settings");
const fields = [...form.querySelectorAll("[data-attribute],[data-property]")];
const quoted = (value) => value.replace(/&/g, "&amp;").replace(/"/g, "&quot;");

/** The value of a field, or null where it stands at its default. */
function chosen(field) {
  if (field.type === "checkbox") return field.checked ? "" : null;
  if (field.type === "color") return field.value === field.defaultValue ? null : field.value;
  return field.value.trim() || null;
}

function show() {
  const attributes = [];
  const properties = [];
  for (const field of fields) {
    const value = chosen(field);
    if (value === null) continue;
    if (field.dataset.attribute) attributes.push([field.dataset.attribute, value]);
    // A property's value must not end its own declaration.
    else if (!/[;{}<>]/.test(value)) properties.push([field.dataset.property, value]);
  }
  const inline = attributes.some(([name]) => name === "inline");
  const data = attributes.map(([name, value]) => ` data-${name}${value ? `="${quoted(value)}"` : ""}`).join("");
  const style = properties.length
    ? `<style>back-assistant { ${properties.map(([name, value]) => `${name}: ${value};`).join(" ")} }</style>\n`
    : "";
  const pinned = document.getElementById("pinned").dataset;
  const place = inline ? "<back-assistant></back-assistant>\n" : "";
  const source = `${location.origin}/widget.js`;
  document.getElementById("line").textContent = `${style}${place}<script async src="${source}"${data}></script>`;
  document.getElementById("pinned").textContent =
    `${style}${place}<script async src="${source}?v=${pinned.version}" integrity="${pinned.integrity}" crossorigin="anonymous"${data}></script>`;

  const element = document.createElement("back-assistant");
  for (const [name, value] of attributes) element.setAttribute(`data-${name}`, value);
  for (const [name, value] of properties) element.style.setProperty(name, value);
  for (const old of document.querySelectorAll("back-assistant")) old.remove();
  (inline ? document.getElementById("place") : document.body).append(element);
}

let timer = 0;
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, 250);
});
form.addEventListener("submit", (event) => event.preventDefault());
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
}
show();
