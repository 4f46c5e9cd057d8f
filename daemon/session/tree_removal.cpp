#include "daemon/session/tree_removal.hpp"

#include "daemon/session/breakage.hpp"
#include "daemon/session/emulator_trial.hpp"

#include <spdlog/spdlog.h>

namespace frank::session {

plan::SessionSettings settings_of_tree(Context &context, const plan::Instance &instance) {
    plan::SessionSettings settings = settings_of_nobody("frankend-tree-" + std::to_string(++context.trials));
    settings.instance = instance;
    return settings;
}

TreeRemoval::TreeRemoval(Context &context, Order order, std::function<void()> done)
    : order_(std::move(order)), done_(std::move(done)),
      erasure_(context, settings_of_tree(context, order_.instance), [this](const plan::Result<void> &result) {
          if (!result)
              spdlog::warn("{} that nobody uses cannot be removed: {}", order_.what, result.error().message);
          guarded(
              [&] {
                  if (result)
                      order_.forget();
              },
              [](const plan::Refusal &why) { spdlog::warn("{}", why.message); });
          const auto tell = std::exchange(done_, nullptr);
          tell();
      }) {
    erasure_.begin();
}

} // namespace frank::session
