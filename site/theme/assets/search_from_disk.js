// The search of a site that lies on a disk, to whose pages browsers give neither files nor workers: the index is a script there, and
// what would run in a worker runs in a frame. The theme asks for both by the name __search. From a server nothing is changed.
if (location.protocol === 'file:') {
  const folder = new URL('../search/', document.currentScript.src);

  window.__search = {
    index: new Promise((resolve, reject) => {
      const script = document.createElement('script');
      window.takeSearchIndex = resolve;
      script.src = new URL('search_index.js', folder).href;
      script.onerror = () => reject(new Error('the index of the search is not there'));
      document.head.append(script);
    }),
  };

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement('iframe');
      frame.hidden = true;
      document.body.append(frame);
      this.frame = frame.contentWindow;
      this.frame.postMessage = (data) => this.dispatchEvent(new MessageEvent('message', { data }));
      this.frame.document.open();
      this.frame.document.write(`<script src="${url}"><\/script>`);
      // Not the frame's own load, which may be that of the empty page before.
      this.ready = new Promise((resolve) => { this.frame.document.scripts[0].onload = resolve; });
      this.frame.document.close();
    }

    postMessage(data) {
      // Its postMessage is the worker's, which leads here.
      this.ready.then(() => this.frame.dispatchEvent(new MessageEvent('message', { data })));
    }
  };
}
