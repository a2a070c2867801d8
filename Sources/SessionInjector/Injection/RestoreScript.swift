import ProxyCore

/// The JavaScript that puts one origin's storage in place, run in an empty page of that origin, and what it answers.
///
/// It replaces what the origin had, as Playwright's restore does: localStorage is emptied first, and where the state
/// speaks of IndexedDB, so are the origin's databases.
enum RestoreScript {
    /// What the page found after setting everything: read back, not assumed.
    struct Outcome: Equatable {
        /// Items that hold what was wanted.
        var items: Int
        /// Databases with all their records.
        var databases: Int

        /// Reads the answer of `Runtime.evaluate`; nil when the script did not run to its end, or ran elsewhere.
        init?(_ answer: JSONValue) {
            guard answer["exceptionDetails"] == nil, let value = answer["result"]?["value"],
                let items = value["items"]?.intValue, let databases = value["databases"]?.intValue
            else { return nil }
            self.items = items
            self.databases = databases
        }
    }

    /// The parameters of `Runtime.evaluate` for one visit.
    static func evaluation(for visit: InjectionPlan.Visit) -> JSONValue {
        var source = Array(function.utf8)
        source.append(UInt8(ascii: "("))
        JSONValue(visit.origin.text).write(to: &source)
        source.append(UInt8(ascii: ","))
        JSONValue.array(visit.items.map { [.string($0.name), .string($0.value)] }).write(to: &source)
        source.append(UInt8(ascii: ","))
        // As a string to be parsed: in JavaScript source, unlike in JSON, a member `__proto__` is not a member.
        let databases = visit.databases.map { JSONValue.array($0.map(JSONValue.object)) } ?? .null
        JSONValue(String(decoding: databases.serialized(), as: UTF8.self)).write(to: &source)
        source.append(UInt8(ascii: ")"))
        return [
            "expression": JSONValue(String(decoding: source, as: UTF8.self)), "returnByValue": true,
            "awaitPromise": .bool(visit.databases != nil),
        ]
    }

    /// A function of the expected origin, the items as pairs, and the databases as JSON or "null".
    private static let function = """
        ((origin, items, databases) => {
          if (location.origin !== origin) return null;
          localStorage.clear();
          for (const [name, value] of items) try { localStorage.setItem(name, value) } catch {}
          const outcome = {items: 0, databases: 0};
          for (const [name, value] of items) if (localStorage.getItem(name) === value) outcome.items++;
          databases = JSON.parse(databases);
          if (!databases) return outcome;
          \(databaseFunctions)
          return restoreAll(databases).then(count => { outcome.databases = count; return outcome });
        })
        """

    /// Databases as Playwright writes them: a value or key stands as it is, or encoded in `valueEncoded`, `keyEncoded`.
    private static let databaseFunctions = """
        const done = request => new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = request.onblocked = () => reject(request.error);
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
          const create = (database, stores) => {
            for (const store of stores) {
              const made = database.createObjectStore(store.name,
                {autoIncrement: store.autoIncrement, keyPath: store.keyPathArray ?? store.keyPath ?? null});
              for (const index of store.indexes ?? []) made.createIndex(index.name, index.keyPathArray ?? index.keyPath,
                {unique: index.unique, multiEntry: index.multiEntry});
            }
          };
          const fill = (transaction, store) => {
            const target = transaction.objectStore(store.name);
            for (const record of store.records ?? []) {
              const value = 'value' in record ? record.value : decode(record.valueEncoded, new Map());
              const key = 'key' in record ? record.key : decode(record.keyEncoded, new Map());
              key === undefined ? target.put(value) : target.put(value, key);
            }
          };
          const count = (transaction, stores) => Promise.all(
            stores.map(store => done(transaction.objectStore(store.name).count())));
          const restore = async ({name, version, stores = []}) => {
            const opening = indexedDB.open(name, version);
            opening.onupgradeneeded = () => create(opening.result, stores);
            const database = await done(opening);
            try {
              if (!stores.length) return true;
              const names = stores.map(store => store.name);
              const transaction = database.transaction(names, 'readwrite');
              const finished = new Promise((resolve, reject) => {
                transaction.oncomplete = resolve;
                transaction.onabort = () => reject(transaction.error);
              });
              for (const store of stores) fill(transaction, store);
              await finished;
              const counts = await count(database.transaction(names, 'readonly'), stores);
              return stores.every((store, index) => counts[index] === (store.records ?? []).length);
            } finally { database.close() }
          };
          const restoreAll = async wanted => {
            for (const {name} of await indexedDB.databases()) await done(indexedDB.deleteDatabase(name));
            const results = await Promise.allSettled(wanted.map(restore));
            return results.filter(result => result.value === true).length;
          };
        """
}
