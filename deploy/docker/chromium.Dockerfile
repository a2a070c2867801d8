# Debian's Chromium, headless, on loopback of the network namespace it shares with the proxy, with the managed policy.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium chromium-sandbox fonts-liberation tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10002 --create-home --home-dir /var/lib/cdp-chrome --shell /usr/sbin/nologin cdp-chrome
COPY deploy/chromium/cdp-proxy-policy.json /etc/chromium/policies/managed/cdp-proxy.json
USER cdp-chrome
ENTRYPOINT ["tini", "--", "chromium", "--headless=new", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", \
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup", \
    "--remote-debugging-port=9222", "--user-data-dir=/var/lib/cdp-chrome/profile"]
CMD ["about:blank"]
