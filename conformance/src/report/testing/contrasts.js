// An expression for the page under test: texts whose contrast with what lies behind them is below
// 4.5 (WCAG AA), how many were looked at, and whether the page is light or dark.
/* global document, getComputedStyle */
(() => {
  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = (colour) => {
    const [r = 0, g = 0, b = 0] = numbers(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    if (node === null) return 'rgb(255, 255, 255)';
    const colour = getComputedStyle(node).backgroundColor;
    return numbers(colour)[3] === 0 ? behind(node.parentElement) : colour;
  };
  const texts = [...document.querySelectorAll('body *')].filter((node) =>
    [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== ''),
  );
  const seen = texts.filter((node) => node.checkVisibility()).slice(0, 2_000);
  const weak = seen.flatMap((node) => {
    const [a, b] = [light(getComputedStyle(node).color), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return ratio < 4.5 ? [`${node.className} ${ratio.toFixed(1)}`] : [];
  });
  const back = light(behind(document.body)) < 0.2 ? 'dark' : 'light';
  return { back, checked: seen.length, weak: [...new Set(weak)] };
})();
