"""The Streamlit app: ask, browse the corpus, see what was measured. Views decide what is shown, pages draw it."""
