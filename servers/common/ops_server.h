#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"
#include "net/tls/tls_source.h"
#include "oofgg/bounded_executor.h"

namespace prometheus {
class Registry;
struct MetricFamily;
}  // namespace prometheus

namespace oofgg::servers {

/// What a platform team asks a server: `/healthz` (alive), `/readyz` (serving, and so is what it needs),
/// `/metrics` (Prometheus text), `/version`, and pages that a server adds, such as auth's JWKS. Metrics are
/// read on a thread of its own, one scrape at a time, so that what is slow there holds up nobody else; all
/// that they are read from outlives it. Threads: safe.
class OpsServer {
 public:
  using Page = std::function<net::HttpResponse(const net::HttpRequest& request)>;

  explicit OpsServer(std::string program);
  ~OpsServer();

  /// Adds `GET path`. Before `Listen`.
  void AddPage(std::string path, Page page);
  /// Without this the server is ready from `SetReady` on; with it, only while `check` also says so. Called
  /// for each `/readyz`, so it must not wait. Before `Listen`.
  void AddReadiness(std::function<Status()> check) { checks_.push_back(std::move(check)); }
  /// What `/readyz` adds, a line each, while the server is ready all the same; empty: nothing. Before
  /// `Listen`.
  void AddNote(std::function<std::string()> note) { notes_.push_back(std::move(note)); }
  /// Sets a gauge that is read when somebody scrapes. Before `Listen`.
  void AddGauge(const std::string& name, const std::string& help, std::function<double()> read);
  /// Likewise of what only grows; `name` ends in `_total`.
  void AddCounter(const std::string& name, const std::string& help, std::function<double()> read);
  /// Metrics with labels, made anew for each scrape. Before `Listen`.
  void AddFamilies(std::function<std::vector<prometheus::MetricFamily>()> read);

  /// Under TLS with `tls`, whose expiry is then among the metrics; null: in plaintext.
  [[nodiscard]] Status Listen(boost::asio::io_context& io, std::string_view address,
                              const std::shared_ptr<net::TlsSource>& tls = nullptr);
  /// Where it listens, with the port that was chosen.
  [[nodiscard]] std::string address() const;

  void SetReady(bool ready) { ready_ = ready; }
  [[nodiscard]] prometheus::Registry& registry() { return *registry_; }

 private:
  [[nodiscard]] net::HttpResponse Readiness() const;
  [[nodiscard]] net::HttpResponse Metrics();
  void Scrape(const net::HttpReplier& reply);
  void Handle(const net::HttpRequest& request, const net::HttpReplier& reply);

  std::string program_;
  std::map<std::string, Page, std::less<>> pages_;
  std::shared_ptr<prometheus::Registry> registry_;
  std::vector<std::function<void()>> readings_;  ///< Each sets one metric.
  std::vector<std::function<std::vector<prometheus::MetricFamily>()>> families_;
  std::vector<std::function<Status()>> checks_;
  std::vector<std::function<std::string()>> notes_;
  std::atomic<bool> ready_{false};
  std::string listen_;
  std::atomic<bool> closing_{false};
  BoundedExecutor scrapes_;
  std::unique_ptr<net::HttpServer> server_;  // Last: it uses all of the above.
};

}  // namespace oofgg::servers
