// The part of the script that restores IndexedDB.

extension RestoreScript {
    // How a database is replaced. A database that cannot be replaced stays whole, and no request is left in Chrome's
    // queue:
    //
    // - The database is missing or has a lower version: the script opens it with the wanted version and rebuilds it in
    //   that upgrade's transaction, of which Chrome keeps all or nothing.
    // - It exists with the wanted stores: the script empties and fills them in one transaction. Other pages may keep it
    //   open.
    // - It exists with other stores: the script first upgrades it by one version. Chrome grants that only when no other
    //   page has it open, and the upgrade shows that the data fits. Then the script deletes the database and makes it
    //   anew.
    //
    // An open page that holds a database blocks an upgrade. The script gives the request up at once: Chrome drops it
    // with this page, and the script aborts it if Chrome grants it before. Chrome would not drop a request to delete
    // (Chromium 156): once the other page closed, it would destroy what that page had written meanwhile. So the script
    // never deletes a database that another page may hold, and it empties the databases that the state does not have.

    /// Functions that take databases as Playwright writes them: a value or key is plain, or encoded in `valueEncoded`
    /// or `keyEncoded`.
    static let databaseFunctions = """
        const done = request => new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
          const arrays = {i8: Int8Array, ui8: Uint8Array, ui8c: Uint8ClampedArray, i16: Int16Array, ui16: Uint16Array,
            i32: Int32Array, ui32: Uint32Array, f32: Float32Array, f64: Float64Array, bi64: BigInt64Array,
            bui64: BigUint64Array};
          const words = {undefined: undefined, null: null, NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0};
          const bytes = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));
          const decode = (node, seen) => {
            if (typeof node !== 'object' || node === null) return node;
            const keep = object => { seen.set(node.id, object); return object };
            if ('ref' in node) return seen.get(node.ref);
            if ('v' in node) return words[node.v];
            if ('d' in node) return new Date(node.d);
            if ('u' in node) return new URL(node.u);
            if ('bi' in node) return BigInt(node.bi);
            if ('e' in node) return Object.assign(new Error(node.e.m), {name: node.e.n, stack: node.e.s});
            if ('r' in node) return new RegExp(node.r.p, node.r.f);
            if ('ta' in node) return new arrays[node.ta.k](bytes(node.ta.b).buffer);
            if ('ab' in node) return bytes(node.ab.b).buffer;
            if ('a' in node) {
              const array = keep([]);
              for (const element of node.a) array.push(decode(element, seen));
              return array;
            }
            if ('m' in node) {
              const map = keep(new Map());
              for (const {k, v} of node.m) map.set(decode(k, seen), decode(v, seen));
              return map;
            }
            if ('s' in node) {
              const set = keep(new Set());
              for (const element of node.s) set.add(decode(element, seen));
              return set;
            }
            if (!('o' in node)) return node;
            const object = keep({});
            for (const {k, v} of node.o) Object.defineProperty(object, k,
              {value: decode(v, seen), writable: true, enumerable: true, configurable: true});
            return object;
          };
          const pathOf = member => member.keyPathArray ?? member.keyPath ?? null;
          const fill = (transaction, stores) => {
            for (const store of stores) {
              const target = transaction.objectStore(store.name);
              for (const record of store.records ?? []) {
                const value = 'value' in record ? record.value : decode(record.valueEncoded, new Map());
                const key = 'key' in record ? record.key : decode(record.keyEncoded, new Map());
                key === undefined ? target.put(value) : target.put(value, key);
              }
            }
          };
          const rebuild = (database, transaction, stores) => {
            for (const name of [...database.objectStoreNames]) database.deleteObjectStore(name);
            for (const store of stores) {
              const made = database.createObjectStore(store.name,
                {autoIncrement: store.autoIncrement, keyPath: pathOf(store)});
              for (const index of store.indexes ?? []) made.createIndex(index.name, pathOf(index),
                {unique: index.unique, multiEntry: index.multiEntry});
            }
            fill(transaction, stores);
          };
          const timeout = 2000;
          const open = (name, version, stores) => new Promise((resolve, reject) => {
            const opening = version ? indexedDB.open(name, version) : indexedDB.open(name);
            let givenUp = false;
            const giveUp = reason => { givenUp = true; reject(reason) };
            const timer = setTimeout(giveUp, timeout, 'busy');
            opening.onblocked = () => giveUp('blocked');
            opening.onupgradeneeded = () => {
              clearTimeout(timer);
              const transaction = opening.transaction;
              try {
                givenUp || !stores ? transaction.abort() : rebuild(opening.result, transaction, stores);
              } catch { transaction.abort() }
            };
            opening.onsuccess = () => {
              clearTimeout(timer);
              givenUp ? opening.result.close() : resolve(opening.result);
            };
            opening.onerror = event => { clearTimeout(timer); event.preventDefault(); reject('failed') };
          });
          const replace = (database, stores) => new Promise((resolve, reject) => {
            const names = [...database.objectStoreNames];
            if (!names.length) return resolve();
            const transaction = database.transaction(names, 'readwrite');
            let reason = 'failed';
            const timer = setTimeout(() => { reason = 'busy'; transaction.abort() }, timeout);
            transaction.oncomplete = resolve;
            transaction.onabort = () => { clearTimeout(timer); reject(reason) };
            try {
              for (const name of names) transaction.objectStore(name).clear().onsuccess = () => clearTimeout(timer);
              fill(transaction, stores);
            } catch { transaction.abort() }
          });
          // Resolves when its transaction has ended: close() does not close a connection with an open transaction, and
          // that
          // connection would block the next upgrade.
          const fits = (database, stores) => new Promise((resolve, reject) => {
            if (!stores.every(store => database.objectStoreNames.contains(store.name))) return resolve(false);
            if (!stores.length) return resolve(true);
            const transaction = database.transaction(stores.map(store => store.name));
            const timer = setTimeout(() => { reject('busy'); transaction.abort() }, timeout);
            const isSame = stores.every(store => {
              const there = transaction.objectStore(store.name);
              return there.autoIncrement === Boolean(store.autoIncrement)
                && JSON.stringify(there.keyPath) === JSON.stringify(pathOf(store));
            });
            transaction.oncomplete = () => { clearTimeout(timer); resolve(isSame) };
          });
          const remove = name => new Promise((resolve, reject) => {
            const removing = indexedDB.deleteDatabase(name);
            removing.onsuccess = resolve;
            removing.onerror = () => reject('failed');
            removing.onblocked = () => reject('blocked');
          });
          const opened = async (name, version, stores, there) => {
            if (!(there >= version)) return open(name, version, stores);
            const database = await open(name);
            try {
              if (await fits(database, stores)) {
                await replace(database, stores);
                return database;
              }
            } catch (reason) {
              database.close();
              throw reason;
            }
            database.close();
            const whole = await open(name, there + 1, stores);
            whole.onversionchange = () => whole.close();
            await remove(name);
            return open(name, version, stores);
          };
          const restore = async ({name, version, stores = []}, there) => {
            stores ??= [];
            const database = await opened(name, version, stores, there);
            try {
              if (!stores.length) return;
              const transaction = database.transaction(stores.map(store => store.name));
              const counts = await Promise.all(
                stores.map(store => done(transaction.objectStore(store.name).count())));
              if (!stores.every((store, index) => counts[index] === (store.records ?? []).length)) throw 'failed';
            } finally { database.close() }
          };
          const empty = async name => {
            const database = await open(name);
            try { await replace(database, []) } finally { database.close() }
          };
          const restoreAll = async wanted => {
            const versions = new Map();
            for (const {name, version} of await indexedDB.databases()) versions.set(name, version);
            const counts = {databases: 0, blocked: 0, busy: 0, failed: 0};
            const note = ({status, reason}) => {
              if (status === 'rejected') counts[Object.hasOwn(counts, reason) ? reason : 'failed']++;
              return status === 'fulfilled';
            };
            const restored = await Promise.allSettled(wanted.map(database => restore(database, versions.get(database.name))));
            counts.databases = restored.filter(note).length;
            for (const {name} of wanted) versions.delete(name);
            (await Promise.allSettled([...versions.keys()].map(empty))).forEach(note);
            return counts;
          };
        """
}
