"""The app's entry: `streamlit run` starts here. It names the pages and draws none."""

import streamlit as st

from ui.app import chat, corpus, figures

st.set_page_config(page_title="SOT Assistant", page_icon="📖", layout="wide")
chat.keep_settings()
st.navigation(
    [
        st.Page(chat.page, title="Chat", icon=":material/chat:", url_path="chat", default=True),
        st.Page(corpus.page, title="Corpus", icon=":material/library_books:", url_path="corpus"),
        st.Page(figures.page, title="Figures", icon=":material/monitoring:", url_path="figures"),
    ]
).run()
