// Drives the main job in Firefox through WebDriver BiDi: `node test/firefox.mjs URL FIREFOX`. Prints one line of JSON.
import assert from "node:assert/strict";
import puppeteer from "puppeteer-core";

const [url, executablePath] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(url, { waitUntil: "load" });
  const inside = (script, ...rest) => page.evaluate(`((root) => { ${script} })(document.querySelector("back-assistant")?.shadowRoot)`, ...rest);
  const until = async (script, what) => {
    for (let tries = 0; tries < 100; tries += 1) {
      if (await inside(`return !!root && !!(${script})`)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail(`${what} did not come: ${await inside("return root?.querySelector('.panel')?.innerText")}`);
  };
  const ask = async (text, count) => {
    await inside(`const f = root.querySelector("textarea.input"); f.focus(); f.value = ${JSON.stringify(text)}; f.dispatchEvent(new Event("input"))`);
    await page.keyboard.press("Enter");
    await until(`root.querySelectorAll('.turn[data-state="done"]').length === ${count}`, text);
  };
  await until("root.querySelector('.launcher')", "the launcher");
  await inside("root.querySelector('.launcher').focus()");
  await page.keyboard.press("Enter");
  await until("root.querySelectorAll('.chip').length === 4", "the greeting");
  assert.equal(await inside("return root.activeElement.className"), "input");
  await ask("Why do runners strain their backs?", 1);
  assert.equal(await inside("return root.querySelectorAll('.cite').length"), 6);
  await inside("root.querySelector('.cite').click()");
  assert.match(await inside("return root.querySelector('.passage').innerText"), /Without support around it/);
  await ask("How do I do a bird dog?", 2);
  await until("root.querySelector('.figure.card svg path.f-far')?.getAttribute('d')", "the figure");
  const pose = () => inside("return root.querySelector('.figure.card path.f-far').getAttribute('d')");
  // Only a figure in view moves.
  await inside("root.querySelector('.figure.card').scrollIntoView({ block: 'center' })");
  const first = await pose();
  await new Promise((resolve) => setTimeout(resolve, 1300));
  assert.notEqual(await pose(), first, "the figure moves");
  await ask("I feel numb between my legs", 3);
  assert.equal(await inside("return root.querySelector('.care.urgent a[href^=tel]').getAttribute('href')"), "tel:999");
  const box = await inside("const b = root.querySelector('.panel').getBoundingClientRect(); return [b.width, b.height]");
  assert.deepEqual(box, [420, 720]);
  await page.keyboard.press("Escape");
  assert.equal(await inside("return root.activeElement.className"), "launcher");
  assert.deepEqual(errors, []);
  console.log(JSON.stringify({ browser: await browser.version(), ok: true }));
} finally {
  await browser.close();
}
