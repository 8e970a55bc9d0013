// Tells the site, while this page is shown, that this tab is open. The tab keeps its name from page to page.
const tab = sessionStorage.getItem('tab') ?? Math.random().toString(36).slice(2);
sessionStorage.setItem('tab', tab);
new EventSource(`/ajax/presence?tab=${tab}`);
