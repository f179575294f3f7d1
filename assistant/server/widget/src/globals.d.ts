declare module "*.css" {
  const text: string;
  export default text;
}
/** Content hash of widget-extra.js, put in by the build. */
declare const EXTRA_HASH: string;
