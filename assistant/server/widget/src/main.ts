import { boot } from "./boot.ts";
import { report } from "./dom.ts";

try {
  boot();
} catch (error) {
  report(error);
}
