#include "servers/common/ops_server.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "oofgg/version.h"
#include "servers/common/server_flags.h"

namespace oofgg::servers {
namespace {

constexpr std::string_view kMetricsPath = "/metrics";
constexpr std::size_t kWaitingScrapes = 4;  // Few scrape a server; more pile up behind something stuck.

/// Resident memory of this process, in bytes (proc(5)).
double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Of all threads, in user and kernel mode.
double ProcessorSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double OpenDescriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (error) return 0;
  return static_cast<double>(std::distance(begin(open), end(open)) - 1);  // One is the look itself.
}

}  // namespace

OpsServer::OpsServer(std::string program)
    : program_(std::move(program)),
      registry_(std::make_shared<prometheus::Registry>()),
      scrapes_(1, kWaitingScrapes) {
  AddPage("/healthz", [](const net::HttpRequest&) { return net::HttpResponse{.body = "ok\n"}; });
  AddPage("/readyz", [this](const net::HttpRequest&) { return Readiness(); });
  AddPage("/version", [this](const net::HttpRequest&) {
    return net::HttpResponse{.body = program_ + " " OOFGG_VERSION "\n"};
  });
  AddGauge("process_resident_memory_bytes", "Resident memory size in bytes.", ResidentBytes);
  AddCounter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
             ProcessorSeconds);
  AddGauge("process_open_fds", "Number of open file descriptors.", OpenDescriptors);
  AddFamilies([] {
    prometheus::ClientMetric one;
    one.label.push_back({"version", OOFGG_VERSION});
    one.gauge.value = 1;
    return std::vector<prometheus::MetricFamily>{
        {"oofgg_build_info", "Always 1; the label says what runs.", prometheus::MetricType::Gauge, {one}}};
  });
}

OpsServer::~OpsServer() { closing_ = true; }

void OpsServer::AddPage(std::string path, Page page) { pages_[std::move(path)] = std::move(page); }

net::HttpResponse OpsServer::Readiness() const {
  if (!ready_) return {.status = 503, .body = "not ready\n"};
  for (const auto& check : checks_) {
    if (const Status status = check(); !status.ok()) {
      return {.status = 503, .body = "not ready: " + std::string(status.message()) + "\n"};
    }
  }
  std::string body = "ready\n";
  for (const auto& note : notes_) {
    if (const std::string line = note(); !line.empty()) body += line + "\n";
  }
  return {.body = std::move(body)};
}

void OpsServer::AddGauge(const std::string& name, const std::string& help, std::function<double()> read) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(*registry_);
  readings_.push_back([&gauge = family.Add({}), read = std::move(read)] { gauge.Set(read()); });
}

void OpsServer::AddCounter(const std::string& name, const std::string& help, std::function<double()> read) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(*registry_);
  readings_.push_back([&counter = family.Add({}), read = std::move(read)] {
    if (const double more = read() - counter.Value(); more > 0) counter.Increment(more);
  });
}

void OpsServer::AddFamilies(std::function<std::vector<prometheus::MetricFamily>()> read) {
  families_.push_back(std::move(read));
}

Status OpsServer::Listen(boost::asio::io_context& io, std::string_view address,
                         const std::shared_ptr<net::TlsSource>& tls) {
  auto handler = [this](const net::HttpRequest& request, const net::HttpReplier& reply) {
    Handle(request, reply);
  };
  net::HttpServerOptions options;
  if (tls != nullptr) {
    options.secure = net::TlsLayers(tls);
    AddGauge(
        "oofgg_tls_certificate_expiry_seconds", "When the certificate ends, in seconds since 1970.",
        [tls] { return std::chrono::duration<double>(tls->Current()->expires.time_since_epoch()).count(); });
  }
  auto server = net::HttpServer::Listen(io, address, std::move(handler), std::move(options));
  if (!server.ok()) return Annotate(server.status(), "--ops-listen");
  server_ = *std::move(server);
  listen_ = address;
  return {};
}

std::string OpsServer::address() const { return WithPort(listen_, server_->port()); }

net::HttpResponse OpsServer::Metrics() {
  for (const auto& read : readings_) read();
  std::vector<prometheus::MetricFamily> all = registry_->Collect();
  for (const auto& read : families_) {
    for (prometheus::MetricFamily& family : read()) all.push_back(std::move(family));
  }
  return {.body = prometheus::TextSerializer().Serialize(all),
          .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

/// One after the other: each adds to counters what came since the last.
void OpsServer::Scrape(const net::HttpReplier& reply) {
  const bool taken = scrapes_.TryPost([this, reply] {
    if (!closing_) reply(Metrics());
  });
  if (!taken) reply({.status = 503, .body = "too many scrapes at once\n"});
}

void OpsServer::Handle(const net::HttpRequest& request, const net::HttpReplier& reply) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  const auto page = pages_.find(path);
  const bool is_scrape = path == kMetricsPath;
  if (page == pages_.end() && !is_scrape) return reply({.status = 404, .body = "Not Found\n"});
  if (request.method != "GET" && request.method != "HEAD") {
    return reply({.status = 405, .body = "Method Not Allowed\n", .headers = {{"Allow", "GET, HEAD"}}});
  }
  if (is_scrape) return Scrape(reply);
  reply(page->second(request));
}

}  // namespace oofgg::servers
